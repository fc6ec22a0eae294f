#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A copy of a C string that its receiver frees.
func duplicate(_ text: UnsafePointer<CChar>) -> UnsafeMutablePointer<CChar>? { strdup(text) }

/// Frees what C code has allocated.
func release(_ pointer: UnsafeMutableRawPointer) { free(pointer) }
