// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;

namespace Pelago.Kube;

internal enum ProtobufShape
{
    One,
    Many,
    Map,
}

/// <summary>One field of a message. <see cref="Message"/> is null for scalars and for messages that JSON writes as one value (<see cref="Type"/> tells).</summary>
internal sealed record ProtobufField(int Number, string Name, string Type, ProtobufShape Shape, bool KeepsZero)
{
    public bool IsInline => Name == "-";

    public IReadOnlyList<ProtobufField>? Message { get; set; }

    /// <summary>The list inside of a message that only wraps one: its type.</summary>
    public string? ItemType => Type.StartsWith("items:", StringComparison.Ordinal) ? Type["items:".Length..] : null;
}

/// <summary>fields.txt, read once.</summary>
internal sealed class ProtobufTable
{
    private static readonly Lazy<ProtobufTable> Loaded = new(Load);
    private readonly Dictionary<(string ApiVersion, string Kind), string> _kinds = [];
    private readonly Dictionary<string, List<ProtobufField>> _messages = new(StringComparer.Ordinal);

    public static ProtobufTable Instance => Loaded.Value;

    public IEnumerable<(string ApiVersion, string Kind)> Kinds => _kinds.Keys;

    /// <summary>The fields of a kind; null when it is not in the table. DeleteOptions is of every group.</summary>
    public IReadOnlyList<ProtobufField>? Find(string apiVersion, string kind) => kind == "DeleteOptions"
        ? _messages["meta.DeleteOptions"]
        : _kinds.TryGetValue((apiVersion, kind), out string? message) ? _messages[message] : null;

    private static ProtobufTable Load()
    {
        var table = new ProtobufTable();
        using Stream stream = typeof(ProtobufTable).Assembly.GetManifestResourceStream("protobuf-fields.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["kind", var apiVersion, var kind, var message]:
                    table._kinds.Add((apiVersion, kind), message);
                    break;
                case ["message", var name, .. var fields]:
                    table._messages.Add(name, [.. fields.Select(Field)]);
                    break;
            }
        }

        foreach (ProtobufField field in table._messages.Values.SelectMany(fields => fields))
            field.Message = table._messages.GetValueOrDefault(field.Type);
        return table;
    }

    /// <summary>2:data={}y</summary>
    private static ProtobufField Field(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string type = text[(equals + 1)..].TrimEnd('?', '!');
        bool keepsZero = text[^1] is '?' or '!';
        ProtobufShape shape = type.StartsWith("[]", StringComparison.Ordinal) ? ProtobufShape.Many
            : type.StartsWith("{}", StringComparison.Ordinal) ? ProtobufShape.Map : ProtobufShape.One;
        return new ProtobufField(
            int.Parse(text.AsSpan(0, colon), CultureInfo.InvariantCulture), text[(colon + 1)..equals], shape == ProtobufShape.One ? type : type[2..], shape, keepsZero);
    }
}
