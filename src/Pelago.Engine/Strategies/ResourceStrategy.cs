// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Strategies;

/// <summary>
/// What is special about one kind and cannot be said as data (apiserver pkg/registry/rest/{create,update,delete}.go calls these
/// strategies too). The base class has no rules. Implementations hold no state of a request and are called from many threads.
/// Objects are in the stored form and hold every default of their schema.
/// </summary>
internal class ResourceStrategy
{
    public static readonly ResourceStrategy Plain = new();

    /// <summary>Sets what clients must not choose, after admission and before validation. Status is already empty.</summary>
    public virtual void PrepareForCreate(StrategyContext context, KubeObject created)
    {
    }

    /// <summary>The same for an update; status and immutable metadata are already those of <paramref name="old"/>.</summary>
    public virtual void PrepareForUpdate(StrategyContext context, KubeObject updated, KubeObject old)
    {
    }

    /// <summary>Reports what is wrong with the object by itself; for creates and updates.</summary>
    public virtual void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
    }

    /// <summary>Reports what must not change. <see cref="Validate"/> was called before.</summary>
    public virtual void ValidateUpdate(StrategyContext context, KubeObject updated, KubeObject old, FieldErrors errors)
    {
    }

    /// <summary>
    /// Seconds between a delete and the removal that the kind asks for: null removes at once. <paramref name="requested"/> is what the client said.
    /// </summary>
    public virtual long? GracePeriod(KubeObject subject, long? requested) => null;

    /// <summary>Something besides finalizers keeps a deleted object (the content of a namespace).</summary>
    public virtual bool HoldsDeletion(KubeObject subject) => false;

    /// <summary>The object was just given its deletionTimestamp.</summary>
    public virtual void MarkDeleting(KubeObject subject)
    {
    }

    /// <summary>True asks for <see cref="Committed"/> and <see cref="Abandoned"/>.</summary>
    public virtual bool TracksCommits => false;

    /// <summary>
    /// The store holds <paramref name="current"/> now (null: deleted) instead of <paramref name="old"/> (null: created). Deletes have no context.
    /// </summary>
    public virtual void Committed(StrategyContext? context, KubeObject? current, KubeObject? old)
    {
    }

    /// <summary>A write that passed PrepareFor… was refused later, or was a dry run.</summary>
    public virtual void Abandoned(StrategyContext context)
    {
    }
}
