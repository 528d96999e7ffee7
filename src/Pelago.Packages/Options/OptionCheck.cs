// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Schema;

namespace Pelago.Packages.Options;

/// <summary>Checks options against the schema of a package.</summary>
internal static class OptionCheck
{
    public static IReadOnlyList<OptionFault> Check(JsonObject schema, JsonObject options)
    {
        string[] secrets = [.. SecretOptions.Paths(schema).Select(path => string.Concat(path.Select(name => $"/{InstancePath.Escape(name)}")) + "/")];
        return [.. new SchemaValidator(schema).Validate(options).Select(fault => new OptionFault(IsHidden(fault, secrets) ? fault with { Found = "a value that is not shown" } : fault, Flag(fault, schema)))];
    }

    /// <summary>Whether it is about a secret, or about what one is a part of.</summary>
    private static bool IsHidden(SchemaFault fault, string[] secrets) =>
        fault.Pointer.Length > 0 && Array.Exists(secrets, secret => (fault.Pointer + "/").StartsWith(secret, StringComparison.Ordinal));

    private static string? Flag(SchemaFault fault, JsonObject schema)
    {
        if (fault.Rule is "additionalProperties" or "$schema")
            return null;
        string[] names = [.. fault.Pointer.Split('/').Skip(1).Select(InstancePath.Unescape), .. fault.Field is null ? (string[])[] : [fault.Field]];
        if (names.Length == 0)
            return "--options FILE";
        JsonObject? property = schema;
        int depth = 0;
        for (; depth < names.Length && property?.Object("properties")?[names[depth]] is JsonObject inner; depth++)
            property = inner;
        // Into a list a flag cannot reach: the whole list is given.
        string[] settable = depth == names.Length || fault.Field is not null ? names : names[..Math.Max(1, depth)];
        if (depth == settable.Length && property is not null && SecretSchema.IsSecret(settable[^1], property))
            return $"--set-file {OptionPath.Of(settable)}=FILE";
        return $"--set {OptionPath.Of(settable)}={Example(depth == settable.Length ? property : null)}";
    }

    private static string Example(JsonObject? property)
    {
        if (property?.Array("enum") is { Count: > 0 } choices)
            return choices[0]?.ToString() ?? "null";
        if (JsonNumber.TryRead(property?["minimum"], out JsonNumber least))
            return property!.Boolean("exclusiveMinimum") == true ? $"{JsonNumber.Of((long)least.Real + 1)}" : least.ToString();
        return property?.String("type") switch
        {
            "integer" or "number" => "NUMBER",
            "boolean" => "true",
            "array" => "'[…]'",
            "object" => "'{…}'",
            _ => "VALUE",
        };
    }
}
