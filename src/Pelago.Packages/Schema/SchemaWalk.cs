// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>One check of one document. Without a list of faults it only answers, and stops at the first one.</summary>
internal sealed class SchemaWalk(SchemaDocuments documents)
{
    private const int MaxDepth = 300;
    private const int MaxWork = 2_000_000;

    /// <summary>Characters of all faults: each says where it is, and names may be long.</summary>
    private const int MaxSaid = 4_000_000;
    private readonly SchemaPatterns _patterns = new(TimeSpan.FromSeconds(2));
    private int _depth;
    private int _work;
    private int _said;

    public bool Check(SchemaSite site, JsonNode? value, InstancePath at, List<SchemaFault>? faults)
    {
        if (site.Schema is not JsonObject schema)
            return true;
        Work(1);
        if (++_depth > MaxDepth)
            throw new SchemaRefusedException("its references go in a circle or too deep");
        bool valid = schema.String("$ref") is { } reference
            ? Check(documents.Resolve(site.Base, reference), value, at, faults)
            : CheckRules(schema, new SchemaSite(schema, SchemaDocuments.BaseOf(schema, site.Base)), value, at, faults);
        _depth--;
        return valid;
    }

    public void Work(int steps)
    {
        if ((_work += steps) > MaxWork)
            throw new SchemaRefusedException("checking with it takes too long");
    }

    private bool CheckRules(JsonObject schema, SchemaSite site, JsonNode? value, InstancePath at, List<SchemaFault>? faults)
    {
        bool valid = true;
        foreach ((string keyword, JsonNode? rule) in schema)
        {
            valid &= CheckRule(keyword, rule, schema, site, value, at, faults);
            if (!valid && faults is null)
                return false;
        }

        return valid;
    }

    private bool CheckRule(string keyword, JsonNode? rule, JsonObject schema, SchemaSite site, JsonNode? value, InstancePath at, List<SchemaFault>? faults)
    {
        switch (keyword)
        {
            case "type":
                return ValueTypes.Matches(rule, value) || Fail(faults, at, keyword, ValueTypes.Describe(rule), value);
            case "enum":
                return rule is not JsonArray choices || IsOneOf(choices, value) || Fail(faults, at, keyword, $"one of {string.Join(", ", choices.Select(choice => ValueTypes.Show(choice, at)))}", value);
            case "allOf":
                return CheckAll(rule, site, value, at, faults);
            case "anyOf":
                return rule is not JsonArray any || any.Any(one => Check(site.Within(one), value, at, null)) || Fail(faults, at, keyword, "to match one schema or more", value);
            case "oneOf":
                return rule is not JsonArray only || only.Count(one => Check(site.Within(one), value, at, null)) is var matches && (matches == 1 || Fail(faults, at, keyword, $"to match exactly one schema, not {matches}", value));
            case "not":
                return rule is null || !Check(site.Within(rule), value, at, null) || Fail(faults, at, keyword, "not to match a schema", value);
        }

        if (value is JsonObject json)
            return new ObjectRules(this, _patterns, site, json, at, faults).Check(keyword, rule, schema);
        if (value is JsonArray array)
            return new ListRules(this, site, array, at, faults).Check(keyword, rule, schema);
        string? broken = ScalarRules.Broken(keyword, rule, schema, value, _patterns);
        return broken is null || Fail(faults, at, keyword, broken, value);
    }

    private bool CheckAll(JsonNode? rule, SchemaSite site, JsonNode? value, InstancePath at, List<SchemaFault>? faults)
    {
        bool valid = true;
        foreach (JsonNode? one in rule as JsonArray ?? [])
            valid &= Check(site.Within(one), value, at, faults);
        return valid;
    }

    private bool IsOneOf(JsonArray choices, JsonNode? value)
    {
        Work(choices.Count);
        return choices.Any(choice => JsonEquality.DeepEquals(choice, value));
    }

    public void Say(List<SchemaFault> faults, SchemaFault fault)
    {
        faults.Add(fault);
        if ((_said += fault.Pointer.Length + fault.Expected.Length + fault.Found.Length) > MaxSaid)
            throw new SchemaRefusedException("more is wrong than is said");
    }

    private bool Fail(List<SchemaFault>? faults, InstancePath at, string rule, string expected, JsonNode? found)
    {
        if (faults is not null)
            Say(faults, new SchemaFault(at.ToString(), rule, expected, ValueTypes.Show(found, at)));
        return false;
    }
}
