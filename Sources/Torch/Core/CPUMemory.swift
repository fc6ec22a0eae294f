internal import CTorch

/// The memory of tensors on the CPU. Blocks of 64 KiB and more that nobody uses any longer are kept for the next tensors,
/// up to a limit; a training step then takes its memory from the one before, and not from the operating system.
///
/// The environment variable `FOVEA_CPU_CACHE` sets the limit in MiB (a quarter of the machine's memory unless set), or
/// turns the cache `off`.
public enum CPUMemory {
  /// Where the memory is.
  public struct Statistics: Sendable, Hashable {
    /// Bytes in blocks that tensors have.
    public let inUse: Int
    /// The most that it ever was.
    public let peakInUse: Int
    /// Bytes in blocks that are kept.
    public let cached: Int
    /// The most that may be kept.
    public let limit: Int
    /// How often a block was found among those kept.
    public let hits: Int
    /// How often one had to come from the operating system.
    public let misses: Int
  }

  /// Whether memory is kept; where not, it is libtorch's own allocator's.
  public static var isCached: Bool { ct_memory_is_cached() != 0 }

  /// Where the memory is now; zeros where none is kept.
  public static var statistics: Statistics {
    let counts = ct_memory_get_counts()
    return Statistics(
      inUse: Int(counts.in_use), peakInUse: Int(counts.peak_in_use), cached: Int(counts.cached),
      limit: Int(counts.limit), hits: Int(counts.hits), misses: Int(counts.misses))
  }

  /// Gives what is kept back to the operating system.
  public static func emptyCache() { ct_memory_empty_cache() }

  /// The most that may be kept, in bytes. What is beyond a lower limit is given back at once, the oldest first.
  public static var cacheLimit: Int {
    get { statistics.limit }
    set { ct_memory_set_limit(Int64(newValue)) }
  }
}
