// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Engine.Server;

namespace Pelago.Engine.Resources;

/// <summary>
/// What answers where the generic pipeline does not, by <c>plural.group</c> or <c>plural.group/subresource</c> (core: <c>plural</c> alone).
/// Filled while the engine is put together, read-only afterwards.
/// </summary>
internal sealed class HandlerTable
{
    private readonly Dictionary<string, IResourceHandler> _resources = [];
    private readonly Dictionary<string, IConnectHandler> _connects = [];
    private readonly Dictionary<string, IObjectSource> _sources = [];

    public void Add(string resource, IResourceHandler handler) => _resources.Add(resource, handler);

    public void Add(string resource, IConnectHandler handler) => _connects.Add(resource, handler);

    public void Add(string resource, IObjectSource source) => _sources.Add(resource, source);

    public IObjectSource? Source(ResourceKind kind) => kind.IsStored ? null : _sources.GetValueOrDefault(kind.GroupResource.ToString());

    public IObjectSource? Source(string resource) => _sources.GetValueOrDefault(resource);

    public IResourceHandler? Resource(ResourceKind kind, string subresource) => _resources.GetValueOrDefault(NameOf(kind, subresource));

    public IConnectHandler? Connect(ResourceKind kind, string subresource) => _connects.GetValueOrDefault(NameOf(kind, subresource));

    private static string NameOf(ResourceKind kind, string subresource) =>
        subresource.Length == 0 ? kind.GroupResource.ToString() : $"{kind.GroupResource}/{subresource}";
}
