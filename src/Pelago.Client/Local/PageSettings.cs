// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Local;

/// <summary>What a home keeps of its page, so that its address stays what it was.</summary>
public sealed record PageSettings
{
    public required int Port { get; init; }

    /// <summary>
    /// The page is at <c>LABEL.localhost</c>. Made at random: a browser sends cookies of a host to all of its ports, and nobody else serves at a name that he
    /// does not know.
    /// </summary>
    public required string Label { get; init; }

    /// <summary>By which the daemon knows codes as made by the owner of the home. Another one with each start, for it remembers which codes were used.</summary>
    public required byte[] Key { get; init; }
}
