// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>What of its object each row of a Table carries: the <c>includeObject</c> parameter.</summary>
internal enum IncludeObject
{
    Metadata,
    None,
    Object,
}

/// <summary>Reads the parameter; absent means Metadata.</summary>
internal static class IncludeObjectParameter
{
    public static bool TryParse(string? text, out IncludeObject include, [NotNullWhen(false)] out ApiStatus? refusal)
    {
        IncludeObject? known = text switch
        {
            null or "" or "Metadata" => IncludeObject.Metadata,
            "None" => IncludeObject.None,
            "Object" => IncludeObject.Object,
            _ => null,
        };
        include = known ?? IncludeObject.Metadata;
        refusal = null;
        if (known is not null)
            return true;
        refusal = ApiStatus.BadRequest(
            $"Unable to convert to Table as requested: includeObject: Invalid value: {GoText.Quote(text!)}: must be 'Metadata', 'Object', 'None', or empty");
        return false;
    }
}
