// Watches how much memory a stage takes at its peak, for its manifest and for choosing a machine.

export interface MemoryWatch {
  /** Ends the watch. @returns the largest resident size of this process seen meanwhile, in bytes. */
  stop(): number;
}

/** Samples the process's resident memory; the timer keeps no process alive. @param interval in milliseconds. */
export function watchMemory(interval = 100): MemoryWatch {
  let peakBytes = process.memoryUsage.rss();
  const sample = () => {
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  };
  const timer = setInterval(sample, interval);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      sample();
      return peakBytes;
    },
  };
}
