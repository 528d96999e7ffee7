// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Requests;

/// <summary>Who asks, as authentication (or impersonation) found out.</summary>
internal sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Extra)
{
    private static readonly Dictionary<string, IReadOnlyList<string>> NoExtra = [];

    /// <summary>The controllers, scheduler and node inside this process: never refused, named so that managedFields and events tell them apart.</summary>
    public static UserInfo System(string name) => new(name, "", ["system:masters", "system:authenticated"], NoExtra);

    public static UserInfo Anonymous { get; } = new("system:anonymous", "", ["system:unauthenticated"], NoExtra);

    public bool IsMaster => Groups.Contains("system:masters");
}
