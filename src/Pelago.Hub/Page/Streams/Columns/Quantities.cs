// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Hub.Page.Streams.Columns;

/// <summary>Quantities as numbers: cores, bytes, or what they count.</summary>
internal static class Quantities
{
    /// <summary>0 for what is no quantity.</summary>
    public static double Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when Quantity.TryParse(value.GetString(), out Quantity quantity) => quantity.ToDouble(),
        _ => 0,
    };
}
