// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Pelago.Kube;

/// <summary>Decodes the lists and maps of metadata that few readers ask for.</summary>
internal static class MetadataLists
{
    public static List<string> Strings(ReadOnlySpan<byte> json)
    {
        var strings = new List<string>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.String)
                strings.Add(reader.GetString()!);
        }

        return strings;
    }

    public static string? ValueOf(ReadOnlySpan<byte> json, string key)
    {
        if (json.IsEmpty)
            return null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found)
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    public static List<OwnerReference> Owners(ReadOnlySpan<byte> json)
    {
        var owners = new List<OwnerReference>();
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return owners;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                owners.Add(ReadOwner(ref reader));
            else
                reader.Skip();
        }

        return owners;
    }

    private static OwnerReference ReadOwner(ref Utf8JsonReader reader)
    {
        var owner = new OwnerReference("", "", "", "", false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            string text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
            bool flag = reader.TokenType == JsonTokenType.True;
            owner = field switch
            {
                "apiVersion" => owner with { ApiVersion = text },
                "kind" => owner with { Kind = text },
                "name" => owner with { Name = text },
                "uid" => owner with { Uid = text },
                "controller" => owner with { Controller = flag },
                "blockOwnerDeletion" => owner with { BlockOwnerDeletion = flag },
                _ => owner,
            };
            reader.Skip();
        }

        return owner;
    }
}
