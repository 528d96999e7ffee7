// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.CustomResources;

/// <summary>
/// Brings CustomResourceDefinitions to life: decides their names, has them served, tells so in their conditions, and deletes their objects before they
/// go. One worker, because names are decided against all definitions of a group; <see cref="_names"/> holds what it accepted and the cache may not show yet.
/// </summary>
internal sealed class DefinitionController : IDisposable
{
    private static readonly GroupVersionResource Definitions = new("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    private readonly IKubeApi _api;
    private readonly ResourceRegistry _registry;
    private readonly CustomResourceRegistrar _registrar;
    private readonly DefinitionConditions _conditions;
    private readonly InstanceCleanup _cleanup;
    private readonly Informer<JsonObject> _informer;
    private readonly Controller<string> _controller;
    private readonly Dictionary<string, (string Group, JsonObject Names)> _names = [];

    public DefinitionController(IKubeApi api, ResourceRegistry registry, CustomResourceRegistrar registrar, TimeProvider time, ILogger<DefinitionController> logger)
    {
        _api = api;
        _registry = registry;
        _registrar = registrar;
        _conditions = new DefinitionConditions(time);
        _cleanup = new InstanceCleanup(api);
        ResourceType<JsonObject> type = ResourceType.Dynamic(Definitions, "CustomResourceDefinition");
        _informer = new Informer<JsonObject>(api, Definitions, "", ListQuery.Everything, type.Decode, new InformerOptions(), time, logger);
        _controller = new Controller<string>("customresourcedefinitions", [_informer], ReconcileAsync, time, logger) { Workers = 1 };
        _informer.AddHandler(change => _controller.Queue.Add(change.Key.Name));
    }

    /// <summary>Works until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_informer.RunAsync(cancel), _controller.RunAsync(cancel));

    public void Dispose() => _controller.Dispose();

    private async Task<ReconcileResult> ReconcileAsync(string name, CancellationToken cancel)
    {
        if (_informer.Cache.Get("", name) is not { } cached)
        {
            _registrar.Remove(name);
            if (_names.Remove(name, out (string Group, JsonObject Names) released))
                LookAgainAtOthers(released.Group, name);
            return ReconcileResult.Done;
        }
        var definition = new KubeObject((JsonObject)cached.DeepClone());
        if (definition.IsDeleting)
            return await DeleteAsync(definition, cancel);
        bool changed = Accept(definition);
        // Served before it is told, so that whoever waits for Established can go on at once.
        _registrar.Update(definition);
        changed |= Establish(definition);
        return changed ? await WriteStatusAsync(definition, cancel) : ReconcileResult.Done;
    }

    private bool Accept(KubeObject definition)
    {
        string group = DefinitionReading.Group(definition);
        (HashSet<string> resources, HashSet<string> kinds) = NamesOfOthers(definition.Name, group);
        AcceptedNames decided = AcceptedNames.Decide(definition, resources, kinds);
        bool changed = !JsonNode.DeepEquals(decided.Names, DefinitionReading.AcceptedNames(definition));
        definition.Json.ObjectOrNew("status")["acceptedNames"] = decided.Names.DeepClone();
        changed |= _conditions.Set(definition, "NamesAccepted", decided.AllAccepted, decided.Reason, decided.Message);
        bool isNew = !_names.TryGetValue(definition.Name, out (string Group, JsonObject Names) before);
        _names[definition.Name] = (group, decided.Names);
        if (!isNew && !JsonNode.DeepEquals(before.Names, decided.Names))
            LookAgainAtOthers(group, definition.Name);
        return changed;
    }

    private bool Establish(KubeObject definition)
    {
        if (DefinitionReading.IsTrue(definition, "Established"))
            return false;
        return DefinitionReading.IsTrue(definition, "NamesAccepted")
            ? _conditions.Set(definition, "Established", true, "InitialNamesAccepted", "the initial names have been accepted")
            : _conditions.Set(definition, "Established", false, "NotAccepted", "not all names are accepted");
    }

    /// <summary>Names that built-in kinds and other definitions of the group have.</summary>
    private (HashSet<string> Resources, HashSet<string> Kinds) NamesOfOthers(string name, string group)
    {
        var resources = new HashSet<string>();
        var kinds = new HashSet<string>();
        foreach (ResourceKind kind in _registry.Current.Kinds.Where(kind => kind.Group == group && !kind.IsCustom))
        {
            resources.UnionWith([kind.Plural, kind.Singular, .. kind.ShortNames]);
            kinds.UnionWith([kind.Kind, kind.ListKind]);
        }
        foreach (JsonObject names in OtherNames(name, group))
        {
            resources.UnionWith([names.String("plural") ?? "", names.String("singular") ?? "", .. DefinitionReading.Strings(names, "shortNames")]);
            kinds.UnionWith([names.String("kind") ?? "", names.String("listKind") ?? ""]);
        }
        return (resources, kinds);
    }

    private IEnumerable<JsonObject> OtherNames(string name, string group)
    {
        foreach (JsonObject json in _informer.Cache.List())
        {
            var other = new KubeObject(json);
            if (other.Name == name || DefinitionReading.Group(other) != group)
                continue;
            yield return _names.TryGetValue(other.Name, out (string Group, JsonObject Names) decided) ? decided.Names : DefinitionReading.AcceptedNames(other);
        }
    }

    private void LookAgainAtOthers(string group, string name)
    {
        foreach (JsonObject json in _informer.Cache.List())
        {
            var other = new KubeObject(json);
            if (other.Name != name && DefinitionReading.Group(other) == group)
                _controller.Queue.Add(other.Name);
        }
    }

    private async Task<ReconcileResult> DeleteAsync(KubeObject definition, CancellationToken cancel)
    {
        IReadOnlyList<string> finalizers = DefinitionReading.Strings(definition.Metadata, "finalizers");
        if (!finalizers.Contains(DefinitionReading.CleanupFinalizer))
            return ReconcileResult.Done;
        _registrar.Update(definition);
        if (_conditions.Set(definition, "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress"))
            return await WriteStatusAsync(definition, cancel);
        if (DefinitionReading.IsTrue(definition, "Established") && _registry.Current.Find(CustomResourceRow.ResourceOf(definition)) is { IsCustom: true } row)
        {
            (bool isEmpty, ApiStatus? failure) = await _cleanup.DeleteAllAsync(row, cancel);
            if (failure is not null)
                return ReconcileResult.Failed(failure);
            if (!isEmpty)
                return ReconcileResult.Again(InstanceCleanup.LookAgainAfter);
        }
        definition.Metadata["finalizers"] = new JsonArray(
            [.. finalizers.Where(finalizer => finalizer != DefinitionReading.CleanupFinalizer).Select(finalizer => JsonValue.Create(finalizer))]);
        ApiResult result = await _api.UpdateAsync(new ResourcePath(Definitions, "", definition.Name), definition.ToUtf8(), WriteQuery.None, cancel);
        return Outcome(result);
    }

    private async Task<ReconcileResult> WriteStatusAsync(KubeObject definition, CancellationToken cancel)
    {
        var path = new ResourcePath(Definitions, "", definition.Name, "status");
        return Outcome(await _api.UpdateAsync(path, definition.ToUtf8(), WriteQuery.None, cancel));
    }

    /// <summary>Gone or changed meanwhile: the event that says so brings the key back.</summary>
    private static ReconcileResult Outcome(ApiResult result) =>
        result.Error is { IsNotFound: false, IsConflict: false } failure ? ReconcileResult.Failed(failure) : ReconcileResult.Done;
}
