/** What has to be stopped, however the program ends. */
interface Stoppable {
  readonly stop: () => Promise<void>
}

/**
 * Starts something whose `stop` runs once, be it called or asked for by SIGINT or SIGTERM, which end
 * the program then. A signal that comes while it starts waits until it can be stopped.
 */
export async function stoppedBySignals<Started extends Stoppable>(
  start: () => Promise<Started>,
): Promise<Started> {
  const starting = start()
  let stopping: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    stopping ??= starting.then(async (started) => await started.stop())
    await stopping
  }
  const onSignal = (): void => {
    console.error('Stopping …')
    void stop()
      .catch((error: unknown) => console.error(error))
      .finally(() => process.exit(130))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  const forget = (): void => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  try {
    return { ...(await starting), stop: async () => await stop().finally(forget) }
  } catch (error) {
    forget()
    throw error
  }
}
