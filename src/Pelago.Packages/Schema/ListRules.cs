// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Schema;

/// <summary>The keywords about lists.</summary>
internal readonly struct ListRules(SchemaWalk walk, SchemaSite site, JsonArray array, InstancePath at, List<SchemaFault>? faults)
{
    public bool Check(string keyword, JsonNode? rule, JsonObject schema)
    {
        switch (keyword)
        {
            case "items":
                return rule is JsonArray places ? CheckPlaces(places, schema["additionalItems"]) : CheckFrom(0, rule);
            case "minItems":
                return !JsonNumber.TryRead(rule, out JsonNumber least) || array.Count >= least.Real || Fail(keyword, $"{least} items or more", array.Count);
            case "maxItems":
                return !JsonNumber.TryRead(rule, out JsonNumber most) || array.Count <= most.Real || Fail(keyword, $"{most} items or fewer", array.Count);
            case "uniqueItems":
                return schema.Boolean(keyword) != true || AreUnique() || Fail(keyword, "no item twice", array.Count);
            default:
                return true;
        }
    }

    private bool CheckPlaces(JsonArray places, JsonNode? additional)
    {
        bool valid = true;
        for (int i = 0; i < Math.Min(places.Count, array.Count); i++)
            valid &= walk.Check(site.Within(places[i]), array[i], at.Item(i), faults);
        if (additional is JsonObject)
            return CheckFrom(places.Count, additional) && valid;
        if (additional is JsonValue flag && flag.TryGetValue(out bool allowed) && !allowed && array.Count > places.Count)
            return Fail("additionalItems", $"{places.Count} items or fewer", array.Count);
        return valid;
    }

    private bool CheckFrom(int first, JsonNode? rule)
    {
        bool valid = true;
        for (int i = first; i < array.Count && (valid || faults is not null); i++)
            valid &= walk.Check(site.Within(rule), array[i], at.Item(i), faults);
        return valid;
    }

    private bool AreUnique()
    {
        for (int i = 0; i < array.Count; i++)
        {
            walk.Work(i);
            for (int j = 0; j < i; j++)
            {
                if (JsonEquality.DeepEquals(array[i], array[j]))
                    return false;
            }
        }

        return true;
    }

    private bool Fail(string rule, string expected, int count)
    {
        if (faults is not null)
            walk.Say(faults, new SchemaFault(at.ToString(), rule, expected, count.ToString(CultureInfo.InvariantCulture) + (count == 1 ? " item" : " items")));
        return false;
    }
}
