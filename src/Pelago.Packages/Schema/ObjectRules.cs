// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>The keywords about objects.</summary>
internal readonly struct ObjectRules(SchemaWalk walk, SchemaPatterns patterns, SchemaSite site, JsonObject json, InstancePath at, List<SchemaFault>? faults)
{
    public bool Check(string keyword, JsonNode? rule, JsonObject schema) => keyword switch
    {
        "properties" => CheckProperties(rule as JsonObject ?? []),
        "patternProperties" => CheckPatterns(rule as JsonObject ?? []),
        "additionalProperties" => CheckAdditional(rule, schema),
        "required" => CheckRequired(rule as JsonArray ?? []),
        "dependencies" => CheckDependencies(rule as JsonObject ?? []),
        "minProperties" => !JsonNumber.TryRead(rule, out JsonNumber least) || json.Count >= least.Real || Fail(keyword, $"{least} fields or more", $"{json.Count}"),
        "maxProperties" => !JsonNumber.TryRead(rule, out JsonNumber most) || json.Count <= most.Real || Fail(keyword, $"{most} fields or fewer", $"{json.Count}"),
        _ => true,
    };

    private bool CheckProperties(JsonObject properties)
    {
        bool valid = true;
        foreach ((string name, JsonNode? rule) in properties)
        {
            if (json.TryGetPropertyValue(name, out JsonNode? value))
                valid &= walk.Check(site.Within(rule), value, at.Field(name), faults);
        }

        return valid;
    }

    private bool CheckPatterns(JsonObject patternProperties)
    {
        bool valid = true;
        foreach ((string pattern, JsonNode? rule) in patternProperties)
        {
            foreach ((string name, JsonNode? value) in json)
            {
                if (patterns.IsMatch(pattern, name))
                    valid &= walk.Check(site.Within(rule), value, at.Field(name), faults);
            }
        }

        return valid;
    }

    private bool CheckAdditional(JsonNode? rule, JsonObject schema)
    {
        bool forbidden = rule is JsonValue flag && flag.TryGetValue(out bool allowed) && !allowed;
        if (!forbidden && rule is not JsonObject)
            return true;
        bool valid = true;
        JsonObject? named = schema.Object("properties"), patterned = schema.Object("patternProperties");
        foreach ((string name, JsonNode? value) in json)
        {
            if (named?.ContainsKey(name) == true || IsPatterned(patterned, name))
                continue;
            valid &= forbidden
                ? Fail("additionalProperties", named is { Count: > 0 } ? $"only {string.Join(", ", named.Select(pair => pair.Key))}" : "no other fields", $"field \"{name}\"", name)
                : walk.Check(site.Within(rule), value, at.Field(name), faults);
        }

        return valid;
    }

    private bool IsPatterned(JsonObject? patterned, string name)
    {
        foreach ((string pattern, _) in patterned ?? [])
        {
            if (patterns.IsMatch(pattern, name))
                return true;
        }

        return false;
    }

    private bool CheckRequired(JsonArray required)
    {
        bool valid = true;
        foreach (JsonNode? field in required)
        {
            if (field is JsonValue value && value.TryGetValue(out string? name) && !json.ContainsKey(name))
                valid = Fail("required", $"a field \"{name}\"", "none", name);
        }

        return valid;
    }

    private bool CheckDependencies(JsonObject dependencies)
    {
        bool valid = true;
        foreach ((string name, JsonNode? rule) in dependencies)
        {
            if (!json.ContainsKey(name))
                continue;
            if (rule is not JsonArray fields)
            {
                valid &= walk.Check(site.Within(rule), json, at, faults);
                continue;
            }

            foreach (JsonNode? field in fields)
            {
                if (field is JsonValue value && value.TryGetValue(out string? wanted) && !json.ContainsKey(wanted))
                    valid = Fail("dependencies", $"a field \"{wanted}\" beside \"{name}\"", "none", wanted);
            }
        }

        return valid;
    }

    private bool Fail(string rule, string expected, string found, string? field = null)
    {
        if (faults is not null)
            walk.Say(faults, new SchemaFault(at.ToString(), rule, expected, found) { Field = field });
        return false;
    }
}
