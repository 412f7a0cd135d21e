import { join } from 'node:path'
import type { OwnHost } from './own-host.ts'
import { hostNode, ownNodes } from './own-host.ts'

/** A file of systemd. */
export interface Unit {
  readonly name: string
  readonly text: string
}

interface Service {
  readonly name: string
  readonly what: string
  readonly environment?: string
  readonly before?: string
  readonly start: string
  readonly writable?: string
}

/** The user as which everything runs. */
export const SERVICE_USER = 'tallystick'

/** A service for each node of the party; members have a chaincode server and a gateway too. */
export function systemdUnits(host: OwnHost): readonly Unit[] {
  const { topology, party, member } = host
  const at = (...path: readonly string[]): string => join(topology.folder, ...path)
  const nodes = ownNodes(host).map(({ name, command, args }) => ({
    name: `tallystick-${name}`,
    what: name,
    environment: at('env', `${name}.env`),
    start: [command, ...args].join(' '),
    writable: at('data', name),
  }))
  const chaincode = {
    name: 'tallystick-chaincode@',
    what: `chaincode of ${party.id}, sequence %i`,
    environment: at('env', 'chaincode-%i.env'),
    // No other bytes are started than those that the organisations approved.
    before: `/bin/sh -c 'echo "$CHAINCODE_SHA256  $CHAINCODE_FILE" | sha256sum --check --status'`,
    start: `${hostNode(host)} \${CHAINCODE_FILE}`,
  }
  const gateway = {
    name: 'tallystick-gateway',
    what: `gateway of ${party.id}`,
    start: `${hostNode(host)} ${at('app', 'gateway', 'serve.ts')} ${at('gateway.json')}`,
    writable: at('data', 'gateway'),
  }
  const services: readonly Service[] = member ? [...nodes, chaincode, gateway] : nodes
  return services.map((service) => unit(service, topology.folder))
}

function unit({ name, what, environment, before, start, writable }: Service, folder: string): Unit {
  const lines = [
    '[Unit]',
    `Description=Tallystick: ${what}`,
    'Wants=network-online.target',
    'After=network-online.target',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `User=${SERVICE_USER}`,
    `Group=${SERVICE_USER}`,
    `WorkingDirectory=${folder}`,
    environment === undefined
      ? 'Environment=NODE_ENV=production'
      : `EnvironmentFile=${environment}`,
    ...(before === undefined ? [] : [`ExecStartPre=${before}`]),
    `ExecStart=${start}`,
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStopSec=60',
    'LimitNOFILE=65536',
    ...HARDENING,
    ...(writable === undefined ? [] : [`ReadWritePaths=${writable}`]),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ]
  return { name: `${name}.service`, text: `${lines.join('\n')}\n` }
}

/** Only its own data folder can be written, and nothing of the system be changed. */
const HARDENING = [
  'NoNewPrivileges=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectHostname=yes',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectControlGroups=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'SystemCallArchitectures=native',
  'CapabilityBoundingSet=',
  'UMask=0077',
]
