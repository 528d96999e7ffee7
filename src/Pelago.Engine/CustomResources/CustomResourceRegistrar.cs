// SPDX-License-Identifier: Apache-2.0

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
    private readonly Dictionary<string, (GroupResource Resource, string Fingerprint)> _registered = [];

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
            string fingerprint = $"{definition.Uid} {definition.Generation} {definition.IsDeleting} {DefinitionReading.AcceptedNames(definition).ToJsonString()}";
            if (_registered.TryGetValue(definition.Name, out (GroupResource Resource, string Fingerprint) present) && present.Fingerprint == fingerprint)
                return;
            GroupResource resource = CustomResourceRow.ResourceOf(definition);
            ResourceKind? row = DefinitionReading.IsTrue(definition, "NamesAccepted") ? CustomResourceRow.Make(definition) : null;
            if (row is null || registry.Current.Find(resource) is { IsCustom: false })
            {
                RemoveLocked(definition.Name);
                return;
            }
            registry.Set(row);
            _registered[definition.Name] = (resource, fingerprint);
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
        if (_registered.Remove(name, out (GroupResource Resource, string Fingerprint) present))
            registry.Remove(present.Resource);
    }
}
