// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pelago.Kube;

/// <summary>
/// YAML to JSON as sigs.k8s.io/yaml does it, which kubectl and API servers use: scalars by the rules of YAML 1.1 in Go's reading,
/// merge keys, aliases within bounds. JSON is YAML, so it may be given, too.
/// </summary>
public static class YamlReader
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>Reads the first document and ignores the rest, as an API server does with a body.</summary>
    public static bool TryReadFirst(
        ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out YamlDocument? document, [NotNullWhen(false)] out string? error, YamlLimits? limits = null)
    {
        bool read = TryRead(utf8, limits ?? YamlLimits.Default, 1, out List<YamlDocument>? documents, out error);
        document = read ? documents!.FirstOrDefault() ?? new YamlDocument("null"u8.ToArray(), [], 1) : null;
        return read;
    }

    /// <summary>Reads all documents but the empty ones, as kubectl does with a file.</summary>
    public static bool TryReadAll(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out IReadOnlyList<YamlDocument>? documents,
        [NotNullWhen(false)] out string? error,
        YamlLimits? limits = null)
    {
        bool read = TryRead(utf8, limits ?? YamlLimits.Default, int.MaxValue, out List<YamlDocument>? all, out error);
        documents = all?.FindAll(document => !document.IsNull);
        return read;
    }

    private static bool TryRead(ReadOnlySpan<byte> utf8, YamlLimits limits, int wanted, out List<YamlDocument>? documents, out string? error)
    {
        (documents, error) = (null, null);
        if (utf8.Length > limits.MaxBytes)
        {
            error = $"yaml: the text has {utf8.Length} bytes, at most {limits.MaxBytes} are read";
            return false;
        }

        try
        {
            var parser = new Parser(new Scanner(new StringReader(Strict.GetString(utf8)), skipComments: true));
            documents = ReadDocuments(parser, limits, wanted);
            return true;
        }
        catch (YamlException fault)
        {
            error = $"yaml: line {fault.Start.Line}: {fault.Message}";
        }
        catch (YamlRefusedException fault)
        {
            error = fault.Message;
        }
        catch (DecoderFallbackException)
        {
            error = "yaml: invalid leading UTF-8 octet";
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
        {
            // Some malformed texts trip the parser's own checks instead of its syntax errors.
            error = $"yaml: {fault.Message}";
        }

        return false;
    }

    private static List<YamlDocument> ReadDocuments(Parser parser, YamlLimits limits, int wanted)
    {
        var documents = new List<YamlDocument>();
        while (documents.Count < wanted && parser.MoveNext())
        {
            if (parser.Current is not DocumentStart)
                continue;
            if (documents.Count >= limits.MaxDocuments)
                throw new YamlRefusedException($"yaml: more than {limits.MaxDocuments} documents");
            YamlNode root = new YamlComposer(parser, limits.MaxDepth).Compose();
            documents.Add(new YamlToJson(limits.MaxJsonBytes).Convert(root));
        }

        return documents;
    }
}
