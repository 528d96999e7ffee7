// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Format;

/// <summary>One JSON file of a package, read as strictly as the Universe reads it: ASCII, no escapes of code points, no key twice.</summary>
internal sealed class PackageJson
{
    /// <summary>Of one file; a file with more is listed no further.</summary>
    private const int MaxFaults = 100;

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
            faults.Add(new PackageFault(file, (int)(fault.LineNumber ?? 0) + 1, "", $"not JSON: {JsonWords.InLine(utf8, fault)}"));
        }
        catch (InvalidOperationException)
        {
            faults.Add(new PackageFault(file, 1, "", "not JSON: it has text that is not UTF-8"));
        }

        return null;
    }

    public PackageFault Fault(string pointer, string message) => new(_file, new PointerLines(_utf8, [pointer]).Of(pointer), pointer, message);

    /// <summary>A fault for each pointer and message, in their order, as far as they are listed.</summary>
    public IReadOnlyList<PackageFault> Faults(IReadOnlyList<(string Pointer, string Message)> found)
    {
        if (found.Count == 0)
            return [];
        var lines = new PointerLines(_utf8, found.Take(MaxFaults).Select(fault => fault.Pointer));
        var faults = found.Take(MaxFaults).Select(fault => new PackageFault(_file, lines.Of(fault.Pointer), fault.Pointer, fault.Message)).ToList();
        if (found.Count > MaxFaults)
            faults.Add(TooMany(_file, faults[^1].Line, $"{found.Count - MaxFaults} more"));
        return faults;
    }

    private static PackageFault TooMany(string file, int line, string howMany) => new(file, line, "", $"{howMany} things are wrong with this file; they are not listed");

    private static void Scan(string file, byte[] utf8, List<PackageFault> faults)
    {
        var cursor = new JsonCursor();
        var lines = new LineCount(utf8);
        var repeated = new List<PackageFault>();
        int before = faults.Count;
        var reader = new Utf8JsonReader(utf8, Options);
        while (reader.Read())
        {
            cursor.Take(ref reader);
            if (cursor.Repeated is { } key)
                repeated.Add(new PackageFault(file, lines.At(reader.TokenStartIndex), cursor.Pointer, $"the key \"{Short(key)}\" stands there twice"));
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && Objection(ref reader) is { } objection)
                faults.Add(new PackageFault(file, lines.At(reader.TokenStartIndex), cursor.Pointer, objection));
            if (repeated.Count + faults.Count - before > MaxFaults)
            {
                faults.AddRange(repeated);
                faults.Add(TooMany(file, lines.At(reader.TokenStartIndex), "more"));
                return;
            }
        }

        if (repeated.Count == 0)
            return;
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
        faults.AddRange(repeated.Select(fault => fault with { IsWarning = RepeatedKeys.MayStand(Path.GetFileName(file), document.RootElement, fault.Pointer) }));
    }

    private static string? Objection(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.ContainsAnyExceptInRange((byte)0, (byte)0x7f))
            return "has characters that are not ASCII";
        return reader.ValueIsEscaped && HasCodePointEscape(reader.ValueSpan) ? "has an escape of a code point (\\u…), which the Universe does not allow" : null;
    }

    private static string Short(string key) => key.Length <= MaxFaults ? key : $"{key[..MaxFaults]}…";

    private static bool HasCodePointEscape(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i + 1 < text.Length; i++)
        {
            if (text[i] == '\\' && text[++i] == 'u')
                return true;
        }

        return false;
    }
}
