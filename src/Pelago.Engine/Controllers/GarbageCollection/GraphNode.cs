// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>An object in the ownership graph. Touched only under the graph's lock; workers get <see cref="GraphView"/>s.</summary>
internal sealed class GraphNode(string uid)
{
    public string Uid => uid;
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public ObjectKey Key { get; set; }

    /// <summary>Where it is served; null for an owner known by reference only whose kind was never seen.</summary>
    public GroupVersionResource? Resource { get; set; }
    public IReadOnlyList<OwnerReference> Owners { get; set; } = [];
    public HashSet<GraphNode> Dependents { get; } = [];

    /// <summary>Known only because somebody refers to it: whether it exists is yet to be asked.</summary>
    public bool IsVirtual { get; set; }
    public bool IsDeleting { get; set; }

    /// <summary>Being deleted in the foreground: it waits for its dependents.</summary>
    public bool IsDeletingDependents { get; set; }

    /// <summary>Whether that owner may not go before this object has gone.</summary>
    public bool Blocks(string owner) => Owners.Any(reference => reference.Uid == owner && reference.BlockOwnerDeletion);
}

/// <summary>What a worker needs of a node, as of one moment.</summary>
internal sealed record GraphView(
    string Uid, string ApiVersion, string Kind, ObjectKey Key, GroupVersionResource? Resource, bool IsVirtual, bool IsDeleting, bool IsDeletingDependents,
    IReadOnlyList<GraphDependent> Dependents);

/// <summary>A dependent as its owner's view shows it.</summary>
internal sealed record GraphDependent(string Uid, ObjectKey Key, GroupVersionResource? Resource, bool BlocksOwner, bool IsDeletingDependents);
