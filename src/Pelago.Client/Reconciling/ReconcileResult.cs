// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Client;

/// <summary>How the work on one key ended: done, done and to be looked at again later, or refused by the cluster and to be retried.</summary>
public readonly record struct ReconcileResult
{
    private const int FewObjects = 1000;
    private static readonly TimeSpan RestPerObject = TimeSpan.FromMicroseconds(10);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(10);

    /// <summary>Nothing more until something changes.</summary>
    public static readonly ReconcileResult Done;

    /// <summary>When to look again though nothing changed.</summary>
    public TimeSpan? After { get; private init; }

    /// <summary>
    /// How long the key is left alone whatever changes meanwhile: for work whose cost grows with what it looks at, so that a stream of changes is
    /// looked at in portions.
    /// </summary>
    public TimeSpan Rest { get; init; }

    /// <summary>Why the work could not be finished.</summary>
    public ApiStatus? Failure { get; private init; }

    public static ReconcileResult Again(TimeSpan after) => new() { After = after };

    public static ReconcileResult Failed(ApiStatus failure) => new() { Failure = failure };

    /// <summary>
    /// The rest of a key whose work looks at so many objects for each of their changes: none below a thousand, 10 µs for each from there on, and never more
    /// than ten seconds. Those that were only passed over count a hundredth. Without it, fifty thousand pods that become ready one by one are looked at fifty thousand times.
    /// </summary>
    public static TimeSpan RestAfter(int objects, int passedOver = 0)
    {
        objects += passedOver / 100;
        if (objects < FewObjects)
            return TimeSpan.Zero;
        TimeSpan rest = RestPerObject * objects;
        return rest < LongestRest ? rest : LongestRest;
    }

    /// <summary>Failed when there is a Status, done when there is none.</summary>
    public static ReconcileResult From(ApiStatus? failure) => new() { Failure = failure };
}
