// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Authorization;
using Pelago.Engine.Registry;
using Pelago.Engine.Requests;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>What a verb is about: who asks for which object or collection, in which version. The same for HTTP and for callers in this process.</summary>
internal sealed class ResourceRequest(UserInfo user, ResourceKind kind, ServedVersion version)
{
    private List<string>? _warnings;

    public UserInfo User { get; } = user;
    public ResourceKind Kind { get; } = kind;
    public ServedVersion Version { get; } = version;

    /// <summary>Empty for cluster-scoped kinds and for all namespaces.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Empty for a collection.</summary>
    public string Name { get; init; } = "";
    public string Subresource { get; init; } = "";

    /// <summary>What a write asks that finds no object to change and would create it; null for callers in this process, who may.</summary>
    public CreateRight? CreateRight { get; init; }
    public ObjectKey Key => new(Namespace, Name);

    /// <summary>Texts for Warning headers, in order.</summary>
    public ICollection<string> Warnings => _warnings ??= [];

    public IReadOnlyList<string> WarningsSoFar => _warnings ?? (IReadOnlyList<string>)[];
}
