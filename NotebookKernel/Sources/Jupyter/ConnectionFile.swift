import Foundation

/// The file in which Jupyter tells a kernel its ports and its key.
package struct ConnectionFile: Decodable, Sendable {
  package var transport: String
  package var ip: String
  package var key: String
  package var signatureScheme: String
  package var shellPort: Int
  package var controlPort: Int
  package var iopubPort: Int
  package var stdinPort: Int
  package var heartbeatPort: Int

  private enum CodingKeys: String, CodingKey {
    case transport, ip, key
    case signatureScheme = "signature_scheme"
    case shellPort = "shell_port"
    case controlPort = "control_port"
    case iopubPort = "iopub_port"
    case stdinPort = "stdin_port"
    case heartbeatPort = "hb_port"
  }

  package struct Problem: Error, CustomStringConvertible {
    package var description: String
  }

  /// - Throws: ``Problem``, which names the file and the field.
  package init(contentsOf path: String) throws {
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
    } catch let error as DecodingError {
      throw Problem(description: "\(path) is no connection file of Jupyter's: \(error)")
    } catch {
      throw Problem(description: "\(path) cannot be read: \(error.localizedDescription)")
    }
    guard key.isEmpty || signatureScheme == "hmac-sha256" else {
      throw Problem(description: "\(path): signature_scheme is '\(signatureScheme)'; this kernel knows hmac-sha256")
    }
  }

  /// Where a channel is bound.
  package func address(port: Int) -> String {
    transport == "ipc" ? "ipc://\(ip)-\(port)" : "\(transport)://\(ip):\(port)"
  }
}
