// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Format;

/// <summary>One JSON file of a package, read as strictly as the Universe reads it: ASCII, no escapes of code points, no key twice.</summary>
internal sealed class PackageJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = KubeJson.MaxDepth };
    private readonly string _file;
    private readonly byte[] _utf8;

    private PackageJson(string file, byte[] utf8, JsonNode? root) => (_file, _utf8, Root) = (file, utf8, root);

    public JsonNode? Root { get; }

    /// <summary>Reads a file's bytes; null, and faults, when they are not what a package may hold.</summary>
    public static PackageJson? Read(string file, byte[] utf8, List<PackageFault> faults)
    {
        int before = faults.Count;
        try
        {
            Scan(file, utf8, faults);
            return faults.Skip(before).Any(fault => !fault.IsWarning) ? null : new PackageJson(file, utf8, KubeJson.Parse(utf8));
        }
        catch (JsonException fault)
        {
            faults.Add(new PackageFault(file, (int)(fault.LineNumber ?? 0) + 1, "", $"not JSON: {Sentence(fault)}"));
        }
        catch (InvalidOperationException)
        {
            faults.Add(new PackageFault(file, 1, "", "not JSON: it has text that is not UTF-8"));
        }

        return null;
    }

    public PackageFault Fault(string pointer, string message) => new(_file, LineOf(pointer), pointer, message);

    /// <summary>The line on which the value of a pointer, or its key, stands; 1 for what is not there.</summary>
    private int LineOf(string pointer)
    {
        var cursor = new JsonCursor();
        var reader = new Utf8JsonReader(_utf8, Options);
        while (pointer.Length > 0 && reader.Read())
        {
            cursor.Take(ref reader);
            if (reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray) && cursor.Pointer == pointer)
                return Line(_utf8, reader.TokenStartIndex);
        }

        return 1;
    }

    private static void Scan(string file, byte[] utf8, List<PackageFault> faults)
    {
        var cursor = new JsonCursor();
        var repeated = new List<PackageFault>();
        var reader = new Utf8JsonReader(utf8, Options);
        while (reader.Read())
        {
            cursor.Take(ref reader);
            if (cursor.Repeated is { } key)
                repeated.Add(new PackageFault(file, Line(utf8, reader.TokenStartIndex), cursor.Pointer, $"the key \"{key}\" stands there twice"));
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            if (reader.ValueSpan.ContainsAnyExceptInRange((byte)0, (byte)0x7f))
                faults.Add(new PackageFault(file, Line(utf8, reader.TokenStartIndex), cursor.Pointer, "has characters that are not ASCII"));
            else if (reader.ValueIsEscaped && HasCodePointEscape(reader.ValueSpan))
                faults.Add(new PackageFault(file, Line(utf8, reader.TokenStartIndex), cursor.Pointer, "has an escape of a code point (\\u…), which the Universe does not allow"));
        }

        if (repeated.Count == 0)
            return;
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
        faults.AddRange(repeated.Select(fault => fault with { IsWarning = RepeatedKeys.MayStand(Path.GetFileName(file), document.RootElement, fault.Pointer) }));
    }

    private static bool HasCodePointEscape(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '\\' && text[++i] == 'u')
                return true;
        }

        return false;
    }

    private static int Line(byte[] utf8, long at) => 1 + utf8.AsSpan(0, (int)at).Count((byte)'\n');

    /// <summary>The library's words end with where it was, which is said anyway.</summary>
    private static string Sentence(JsonException fault)
    {
        int end = fault.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? fault.Message : fault.Message[..end];
    }
}
