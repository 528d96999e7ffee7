// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Amounts by resource number; what lies beyond the end of the array is zero.</summary>
internal static class ResourceAmounts
{
    /// <summary>Reads a map of quantities, as in <c>requests</c> and <c>allocatable</c>; what is no quantity counts as zero.</summary>
    public static long[] Read(JsonObject? quantities, ResourceNames names)
    {
        long[] amounts = [];
        foreach ((string name, JsonNode? node) in quantities ?? [])
        {
            string text = node is JsonValue value && value.TryGetValue(out string? spelled) ? spelled : node?.ToString() ?? "";
            if (!Quantity.TryParse(text, out Quantity quantity))
                continue;
            int index = name == "pods" ? -1 : names.IndexOf(name);
            if (index >= 0)
                At(ref amounts, index) = index == ResourceNames.Cpu ? quantity.MilliValue : quantity.Value;
        }

        return amounts;
    }

    public static long Get(long[] amounts, int index) => index < amounts.Length ? amounts[index] : 0;

    public static void Add(ref long[] to, long[] amounts, int sign = 1)
    {
        for (int i = 0; i < amounts.Length; i++)
        {
            if (amounts[i] != 0)
                At(ref to, i) += sign * amounts[i];
        }
    }

    public static void Max(ref long[] to, long[] amounts)
    {
        for (int i = 0; i < amounts.Length; i++)
        {
            if (amounts[i] > Get(to, i))
                At(ref to, i) = amounts[i];
        }
    }

    private static ref long At(ref long[] amounts, int index)
    {
        if (index >= amounts.Length)
            Array.Resize(ref amounts, Math.Max(index + 1, 3));
        return ref amounts[index];
    }
}
