internal import CTorch

/// What this libtorch and this machine are.
public enum Machine {
  /// libtorch's version, such as `2.13.0`.
  public static var torchVersion: String { String(cString: ct_version()) }

  /// How libtorch was built: compilers, libraries and their versions, a line each.
  public static var torchConfiguration: String { String(cString: ct_build_configuration()) }

  /// The widest vector instructions that libtorch's own kernels use here: `DEFAULT`, `AVX2`, `AVX512`, ...
  public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

  /// Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16, AMX, Arm's BF16). Where it does not, bfloat16
  /// is emulated and several times slower than float32.
  public static var hasFastBFloat16: Bool { ct_cpu_has_fast_bfloat16() != 0 }

  /// Whether convolutions in a type, channels last, run by Fovea's own kernels where these are faster than oneDNN's: in
  /// float32 on processors with AVX2 and no quicker AVX-512, in bfloat16 on those with AVX-512 BF16 and no AMX. The
  /// environment variable `FOVEA_CONVOLUTION=libtorch` leaves all to oneDNN.
  public static func hasOwnConvolutions(in dtype: DType) -> Bool { ct_convolution_uses_own(Int32(dtype.rawValue)) != 0 }

  /// The number of threads that an operator called from this thread may use.
  public static var threadCount: Int {
    get { Int(ct_threads()) }
    set { ct_set_threads(Int32(newValue)) }
  }

  /// Whether operators must give the same bits in every run. One that cannot fails.
  public static var isDeterministic: Bool {
    get { ct_is_deterministic() != 0 }
    set { _ = ct_set_deterministic(newValue ? 1 : 0) }
  }
}
