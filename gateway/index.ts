export type {
  ConnectionProfile,
  EndorserAddress,
  FabricIdentity,
} from './fabric/connection-profile.ts'
export type { PeerGateway } from './forwarding/home-forwarder.ts'
export type { Access } from './gateway-app.ts'
export { tokenDigest } from './plugins/access.ts'
export type { TokenAccess } from './plugins/access.ts'
export { rebuild } from './projection/rebuild.ts'
export { startGateway } from './server.ts'
export type { Gateway, GatewayOptions } from './server.ts'
