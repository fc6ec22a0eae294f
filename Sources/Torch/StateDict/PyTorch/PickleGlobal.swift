/// The classes and functions that a PyTorch file may name.
///
/// A pickle is a program that may call anything Python can import. Here it can only name what is in this list, each of
/// which only describes data; every other name is an error. Nothing is ever imported or run.
enum PickleGlobal {
  /// `collections.OrderedDict`
  case orderedDict
  /// `torch._utils._rebuild_tensor`, `_v2` and `_v3`: a storage, an offset, sizes and strides; `_v3` adds the type.
  case rebuildTensor(typeIsLast: Bool)
  /// `torch._utils._rebuild_parameter`: a tensor that is trained.
  case rebuildParameter
  /// `torch._tensor._rebuild_from_type_v2`: a tensor with attributes, from another function of this list.
  case rebuildFromType
  /// `torch.FloatStorage` and so on, each with its type of elements.
  case storage(PickledType)
  /// `torch.float32` and so on.
  case type(PickledType)
  /// `torch.Tensor` and `torch.nn.Parameter`, as an argument of `rebuildFromType`.
  case tensorClass
  /// `torch.Size`: a tuple.
  case size
  /// `builtins.list`, `tuple` or `set` of another collection.
  case sequence
  /// `builtins.bytes` and `bytearray`.
  case bytes
  /// `_codecs.encode`, which is how old pickle protocols write bytes.
  case encode
  /// `numpy.dtype`
  case numpyType
  /// `numpy.core.multiarray.scalar`
  case numpyScalar
  /// What becomes a value of no use here, whatever its arguments are, such as `torch.device`.
  case ignored(String)

  /// The entry of the list under a module and a name; `nil` where it is not on it.
  init?(module: String, name: String) {
    guard let global = Self.table["\(module).\(name)"] else { return nil }
    self = global
  }

  private static let table: [String: PickleGlobal] = {
    var table: [String: PickleGlobal] = [
      "collections.OrderedDict": .orderedDict,
      "torch._utils._rebuild_tensor": .rebuildTensor(typeIsLast: false),
      "torch._utils._rebuild_tensor_v2": .rebuildTensor(typeIsLast: false),
      "torch._utils._rebuild_tensor_v3": .rebuildTensor(typeIsLast: true),
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
      "torch.Tensor": .tensorClass,
      "torch.nn.parameter.Parameter": .tensorClass,
      "torch.nn.parameter.Buffer": .tensorClass,
      "torch.Size": .size,
      "torch.device": .ignored("torch.device"),
      "torch.serialization._get_layout": .ignored("torch.layout"),
      "_codecs.encode": .encode,
      "numpy.dtype": .numpyType,
      "numpy.core.multiarray.scalar": .numpyScalar,
      "numpy._core.multiarray.scalar": .numpyScalar,
    ]
    for builtins in ["builtins", "__builtin__"] {
      for name in ["list", "tuple", "set", "frozenset"] { table["\(builtins).\(name)"] = .sequence }
      for name in ["bytes", "bytearray"] { table["\(builtins).\(name)"] = .bytes }
      table["\(builtins).complex"] = .ignored("complex")
    }
    for (name, type) in storageTypes { table["torch.\(name)Storage"] = .storage(type) }
    table["torch.storage.UntypedStorage"] = .storage(PickledType(.uint8))
    table["torch.UntypedStorage"] = .storage(PickledType(.uint8))
    for type in DType.allCases { table["torch.\(type)"] = .type(PickledType(type)) }
    for (name, byteCount) in foreignTypes {
      table["torch.\(name)"] = .type(PickledType(foreign: name, byteCount: byteCount))
    }
    return table
  }()

  /// The classes of storages, without their ending.
  private static let storageTypes: [String: PickledType] = [
    "Double": PickledType(.float64), "Float": PickledType(.float32), "Half": PickledType(.float16),
    "BFloat16": PickledType(.bfloat16), "Long": PickledType(.int64), "Int": PickledType(.int32),
    "Short": PickledType(.int16), "Char": PickledType(.int8), "Byte": PickledType(.uint8), "Bool": PickledType(.bool),
    "ComplexFloat": PickledType(foreign: "complex64", byteCount: 8),
    "ComplexDouble": PickledType(foreign: "complex128", byteCount: 16),
  ]

  /// Bytes an element of the types that only PyTorch has.
  private static let foreignTypes: [String: Int] = [
    "uint16": 2, "uint32": 4, "uint64": 8, "complex32": 4, "complex64": 8, "complex128": 16,
    "float8_e4m3fn": 1, "float8_e4m3fnuz": 1, "float8_e5m2": 1, "float8_e5m2fnuz": 1, "float8_e8m0fnu": 1,
  ]
}
