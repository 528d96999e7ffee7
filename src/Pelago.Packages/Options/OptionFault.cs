// SPDX-License-Identifier: Apache-2.0

using Pelago.Packages.Schema;

namespace Pelago.Packages.Options;

/// <summary>An option that the package's schema does not allow, and the flag that sets it right.</summary>
/// <param name="Flag">What to add to the line; null when the option has to go.</param>
public sealed record OptionFault(SchemaFault Fault, string? Flag)
{
    public override string ToString() => Flag is null
        ? $"{Fault}; take it out of the options"
        : $"{Fault}; set it with {Flag}";
}
