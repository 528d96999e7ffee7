// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Resources;

/// <summary>What happens to fields that the schema does not know and to repeated ones.</summary>
internal enum FieldValidation
{
    Warn,
    Strict,
    Ignore,
}

/// <summary>The common part of CreateOptions, UpdateOptions and PatchOptions (meta/v1).</summary>
internal sealed record WriteOptions
{
    public const int LongestManager = 128;
    public static readonly WriteOptions None = new();

    /// <summary>Empty: the name that the transport knows the client by (the first part of User-Agent).</summary>
    public string FieldManager { get; init; } = "";
    public bool Force { get; init; }
    public bool DryRun { get; init; }
    public FieldValidation FieldValidation { get; init; }
}
