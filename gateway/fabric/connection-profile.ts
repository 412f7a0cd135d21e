/** An X.509 identity, PEM. */
export interface FabricIdentity {
  readonly certificate: string
  readonly privateKey: string
}

/** All that a gateway needs to reach its organisation's peer, whatever engine is behind it. */
export interface ConnectionProfile {
  readonly channel: string
  readonly chaincode: string
  /** MSP id of the organisation whose gateway this is. */
  readonly organisation: string
  /** host:port of the peer's gateway service; the host must stand in its TLS certificate. */
  readonly peerAddress: string
  readonly tlsRootCertificate: string
  readonly client: FabricIdentity
  /** For the organisation's own acts. Without it the gateway refuses to submit them. */
  readonly admin?: FabricIdentity
}
