// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Registry;

/// <summary>How a subresource is served.</summary>
internal enum SubresourceForm
{
    /// <summary>A view on the object that may change <see cref="Subresource.Fields"/> only: status, finalize, approval, ephemeralcontainers.</summary>
    Part,

    /// <summary>autoscaling/v1 Scale over <see cref="Subresource.Scale"/>.</summary>
    Scale,

    /// <summary>A registered <see cref="Resources.IResourceHandler"/>: binding, eviction, token.</summary>
    Handler,

    /// <summary>A registered <see cref="Server.IConnectHandler"/> that takes the HTTP exchange over: log, exec, proxy.</summary>
    Connect,
}

/// <summary>One subresource of a kind; group, version and kind are those of its own body, as discovery shows them.</summary>
internal sealed record Subresource
{
    public required string Name { get; init; }

    /// <summary>Null: the group and version of the resource.</summary>
    public string? Group { get; init; }
    public string? Version { get; init; }
    public required string Kind { get; init; }
    public required IReadOnlyList<string> Verbs { get; init; }
    public SubresourceForm Form { get; init; } = SubresourceForm.Part;

    /// <summary>Paths (dots between fields) that a write through a <see cref="SubresourceForm.Part"/> may change; the rest stays as it is.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>The main path may change the fields too (pods: ephemeralContainers are refused there by validation, not dropped).</summary>
    public bool IsEditedInPlace { get; init; }
    public ScaleMapping? Scale { get; init; }
}

/// <summary>
/// Where a Scale finds its numbers in the parent, as paths with dots. <paramref name="Selector"/> leads to a LabelSelector, a plain
/// map of labels, or (custom resources) a text; null: the Scale has none.
/// </summary>
internal sealed record ScaleMapping(string SpecReplicas, string StatusReplicas, string? Selector)
{
    public static readonly ScaleMapping Workload = new("spec.replicas", "status.replicas", "spec.selector");
}
