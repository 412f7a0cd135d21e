/** An X.509 identity, PEM. */
export interface FabricIdentity {
  readonly certificate: string
  readonly privateKey: string
}

/** Another organisation's peer that may be asked to endorse. */
export interface EndorserAddress {
  readonly organisation: string
  /** host:port; the host must stand in the peer's TLS certificate. */
  readonly address: string
  readonly tlsRootCertificate: string
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
  /** Those whose progress is watched, so that what they endorse next is not out of date. */
  readonly endorsers?: readonly EndorserAddress[]
}
