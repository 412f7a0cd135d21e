// Imported before fabric-shim: its loggers take their level from here when they are made.
process.env['CORE_CHAINCODE_LOGGING_LEVEL'] ??= 'CRITICAL'
