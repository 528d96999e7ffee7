// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// A task: one container of a pod, init containers and ephemeral ones included. Amounts are thousandths of a core and bytes; times are seconds since
/// 1970. Immutable.
/// </summary>
public sealed record PodTask
{
    /// <summary>An amount that is not known, or was not asked for by the pod.</summary>
    public const long Unknown = -1;

    /// <summary>The longest <see cref="Name"/>.</summary>
    public const int MaxNameLength = NameRules.SubdomainMaxLength + 1 + NameRules.LabelMaxLength;

    /// <summary>The longest <see cref="Id"/>.</summary>
    public const int MaxIdLength = NameRules.LabelMaxLength + 1 + MaxNameLength;

    public required TaskPod Pod { get; init; }
    public required string Container { get; init; }

    /// <summary>It runs before the others, and they wait for it.</summary>
    public bool IsInit { get; init; }
    public TaskState State { get; init; }
    public int Restarts { get; init; }

    /// <summary>Of its last run that ended; null when none has.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why it is in its state, in one word of the node: <c>OOMKilled</c>, <c>CrashLoopBackOff</c>; empty when nothing was said.</summary>
    public string Reason { get; init; } = "";
    public string Image { get; init; } = "";

    /// <summary>When its last run began; 0 when it never ran.</summary>
    public long Started { get; init; }

    /// <summary>When its last run ended; 0 when it runs, or when that is not known.</summary>
    public long Finished { get; init; }
    public long CpuRequest { get; init; } = Unknown;
    public long MemoryRequest { get; init; } = Unknown;
    public long CpuLimit { get; init; } = Unknown;
    public long MemoryLimit { get; init; } = Unknown;

    /// <summary>What it uses now, where somebody measured it.</summary>
    public long CpuUsed { get; init; } = Unknown;
    public long MemoryUsed { get; init; } = Unknown;

    /// <summary>Of a task whose pod is gone: the name of its last run in the cluster's history; empty for one that is there.</summary>
    public string PastRun { get; init; } = "";

    /// <summary><c>pod.container</c>. A container's name has no dot, so the last one parts them.</summary>
    public string Name => $"{Pod.Name}.{Container}";

    /// <summary><c>namespace/pod.container</c>: unique in its cluster.</summary>
    public string Id => $"{Pod.Namespace}/{Pod.Name}.{Container}";

    /// <summary><c>cluster/namespace/pod.container</c>: unique among clusters.</summary>
    public string QualifiedId => $"{Pod.Cluster}/{Id}";

    /// <summary>Cluster, namespace, pod, container: the order in which tasks are listed.</summary>
    public static int CompareIds(PodTask left, PodTask right)
    {
        int order = string.CompareOrdinal(left.Pod.Cluster, right.Pod.Cluster);
        if (order == 0)
            order = string.CompareOrdinal(left.Pod.Namespace, right.Pod.Namespace);
        if (order == 0)
            order = string.CompareOrdinal(left.Pod.Name, right.Pod.Name);
        return order != 0 ? order : string.CompareOrdinal(left.Container, right.Container);
    }

    /// <summary>Writes <see cref="Id"/> without making a string of it.</summary>
    /// <param name="target">At least <see cref="MaxIdLength"/> characters.</param>
    /// <param name="nameAt">Where <see cref="Name"/> begins in it.</param>
    internal ReadOnlySpan<char> WriteId(Span<char> target, out int nameAt)
    {
        Pod.Namespace.CopyTo(target);
        int length = Pod.Namespace.Length;
        target[length++] = '/';
        nameAt = length;
        Pod.Name.CopyTo(target[length..]);
        length += Pod.Name.Length;
        target[length++] = '.';
        Container.CopyTo(target[length..]);
        return target[..(length + Container.Length)];
    }
}
