internal import CTorch

/// What libtorch says of an operator: the types of its arguments and results in PyTorch's spelling (`Tensor?`, `int[]`).
struct OperatorSchema {
  struct Argument {
    let type: String
    /// Whether a call may leave it out.
    let hasDefault: Bool
  }

  /// The whole schema, for messages.
  let text: String
  let arguments: [Argument]
  let results: [String]

  /// The schema of an operator; nil where libtorch has none of this name.
  init?(_ name: String, _ overload: String = "") {
    guard let found = ct_operator_find(name, overload) else { return nil }
    text = String(cString: ct_operator_schema(found))
    arguments = (0..<ct_operator_argument_count(found)).map { index in
      Argument(
        type: String(cString: ct_operator_argument_type(found, index)),
        hasDefault: ct_operator_argument_has_default(found, index) != 0)
    }
    results = (0..<ct_operator_result_count(found)).map { String(cString: ct_operator_result_type(found, $0)) }
  }
}
