// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

internal ref partial struct PodReader
{
    private void KeepContainers(ReadOnlySpan<byte> field)
    {
        if (!EnterArray())
            return;
        WriteName(field);
        _class.Write("["u8);
        bool first = true;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            _class.Write(first ? "{"u8 : ",{"u8);
            first = false;
            while (NextField())
            {
                if (_reader.ValueTextEquals("resources"u8) || _reader.ValueTextEquals("ports"u8) || _reader.ValueTextEquals("restartPolicy"u8))
                    KeepRaw(_reader.ValueSpan);
                else
                    SkipValue();
            }

            _class.Write("\"\":0}"u8);
        }

        _class.Write("],"u8);
    }

    private void KeepClaims()
    {
        if (!EnterArray())
            return;
        List<string> claims = [], ephemeral = [];
        while (_reader.Read() && _reader.TokenType == JsonTokenType.StartObject)
        {
            string volume = "";
            bool isEphemeral = false;
            while (NextField())
            {
                if (_reader.ValueTextEquals("name"u8))
                    volume = Text();
                else if (_reader.ValueTextEquals("persistentVolumeClaim"u8))
                    claims.Add(ReadClaimName());
                else if (_reader.ValueTextEquals("ephemeral"u8))
                    isEphemeral = HasItems();
                else
                    SkipValue();
            }

            if (isEphemeral)
                ephemeral.Add(EphemeralClaim.NameOf(_name, volume));
        }

        claims.AddRange(ephemeral);
        if (claims.Count > 0)
            Keep("claims"u8, Strings(claims));
        if (ephemeral.Count > 0)
            Keep("ephemeral"u8, new JsonObject { ["pod"] = _name, ["uid"] = _uid, ["claims"] = Strings(ephemeral) });
    }

    private static JsonArray Strings(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode)item)]);

    private string ReadClaimName()
    {
        string name = "";
        if (!EnterObject())
            return name;
        while (NextField())
        {
            if (_reader.ValueTextEquals("claimName"u8))
                name = Text();
            else
                SkipValue();
        }

        return name;
    }

    private readonly void WriteName(ReadOnlySpan<byte> name)
    {
        _class.Write("\""u8);
        _class.Write(name);
        _class.Write("\":"u8);
    }

    private readonly void KeepText(ReadOnlySpan<byte> name, string text) => Keep(name, JsonValue.Create(text));

    private readonly void Keep(ReadOnlySpan<byte> name, JsonNode value)
    {
        WriteName(name);
        _class.Write(KubeJson.ToUtf8(value));
        _class.Write(","u8);
    }

    private void KeepRaw(ReadOnlySpan<byte> name)
    {
        WriteName(name);
        _reader.Read();
        int start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        _class.Write(_json[start..(int)_reader.BytesConsumed]);
        _class.Write(","u8);
    }
}
