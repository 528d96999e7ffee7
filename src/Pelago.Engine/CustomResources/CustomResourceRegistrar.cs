// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;
using Pelago.Store;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// Keeps the registry's custom rows equal to the definitions whose names are accepted. A row is replaced only when its definition's spec, names or
/// deletion changed, so that what is cached for it lasts. One lock; called by the controller, and once at start.
/// </summary>
internal sealed class CustomResourceRegistrar(ResourceRegistry registry)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Registered> _registered = [];

    /// <summary>Serves again what was served when the store was last written, before anybody can ask.</summary>
    public void Restore(Snapshot definitions)
    {
        foreach (StoredObject stored in definitions.Scan())
            Update(KubeObject.Parse(stored.Json));
    }

    /// <summary>Serves a definition as it is now, or stops serving it when its names are not accepted or no version is served.</summary>
    public void Update(KubeObject definition)
    {
        lock (_gate)
        {
            bool isKnown = _registered.TryGetValue(definition.Name, out Registered? present) && present.IsMadeOf(definition);
            if (isKnown && present!.IsDeleting == definition.IsDeleting)
                return;
            GroupResource resource = CustomResourceRow.ResourceOf(definition);
            ResourceKind? row = DefinitionReading.IsTrue(definition, "NamesAccepted") ? CustomResourceRow.Make(definition) : null;
            if (row is null || registry.Current.Find(resource) is { IsCustom: false })
            {
                RemoveLocked(definition.Name);
                return;
            }
            // Watches see the objects of a deleted definition go before they end.
            CancellationTokenSource outdated = isKnown ? present!.Outdated : new CancellationTokenSource();
            registry.Set(row with { Outdated = outdated.Token });
            _registered[definition.Name] = new Registered(resource, definition, outdated);
            if (!isKnown)
                present?.Outdated.Cancel();
        }
    }

    /// <summary>Stops serving a definition that is gone.</summary>
    public void Remove(string name)
    {
        lock (_gate)
            RemoveLocked(name);
    }

    private void RemoveLocked(string name)
    {
        if (!_registered.Remove(name, out Registered? present))
            return;
        registry.Remove(present.Resource);
        present.Outdated.Cancel();
    }

    private sealed class Registered(GroupResource resource, KubeObject definition, CancellationTokenSource outdated)
    {
        private readonly JsonObject? _spec = definition.Spec;
        private readonly JsonObject _names = DefinitionReading.AcceptedNames(definition);
        private readonly string _uid = definition.Uid;

        public GroupResource Resource => resource;
        public CancellationTokenSource Outdated => outdated;
        public bool IsDeleting { get; } = definition.IsDeleting;

        /// <summary>The generation says less: a wish to delete counts there, too.</summary>
        public bool IsMadeOf(KubeObject other) =>
            _uid == other.Uid && JsonNode.DeepEquals(_names, DefinitionReading.AcceptedNames(other)) && JsonNode.DeepEquals(_spec, other.Spec);
    }
}
