// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Pelago.Kube.Schema;

/// <summary>
/// One pass over the bytes of a document against its schema: fields that the schema does not know (names are case-sensitive), repeated fields, and for
/// built-in types values that their Go types cannot hold. Texts follow sigs.k8s.io/json and encoding/json, because clients and tests match them.
/// </summary>
public static class StrictDecoding
{
    /// <summary>Larger documents are refused: the request limit of a Kubernetes API server.</summary>
    public const int MaxBytes = 3 * 1024 * 1024;

    /// <summary>Upstream stops counting strict errors here.</summary>
    public const int MaxFindings = 100;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };

    /// <summary>Checks a whole document; never throws for what a client may send.</summary>
    public static DecodeFindings Check(ReadOnlySpan<byte> utf8, SchemaNode schema)
    {
        if (utf8.Length > MaxBytes)
            return new DecodeFindings($"the document has {utf8.Length} bytes, and at most {MaxBytes} are taken", []);
        var walk = new DecodeWalk(new Utf8JsonReader(utf8, Options));
        try
        {
            return walk.Document(schema);
        }
        catch (JsonException bad)
        {
            return new DecodeFindings(Describe(bad), []);
        }
    }

    /// <summary>Where the JSON breaks; the parser's own sentence ends in a position that counts lines from 0.</summary>
    public static string Describe(JsonException bad)
    {
        string message = bad.Message;
        int tail = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var text = new StringBuilder("invalid JSON at line ").Append((bad.LineNumber ?? 0) + 1).Append(", byte ").Append((bad.BytePositionInLine ?? 0) + 1);
        return text.Append(": ").Append(tail < 0 ? message : message[..tail].TrimEnd('.')).ToString();
    }
}
