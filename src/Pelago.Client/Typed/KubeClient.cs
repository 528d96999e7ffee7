// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using k8s;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>One cluster through decoded objects. <paramref name="fieldManager"/> names the writer in managedFields.</summary>
public sealed class KubeClient(IKubeApi api, string? fieldManager)
{
    private readonly ConcurrentDictionary<Type, object> _resources = new();

    public IKubeApi Api => api;

    /// <summary>A built-in kind by its type of <c>k8s.Models</c>: <c>client.Of&lt;V1Deployment&gt;()</c>.</summary>
    public Resource<T> Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IKubernetesObject =>
        (Resource<T>)_resources.GetOrAdd(typeof(T), static (_, self) => self.With(ResourceType.OfModel<T>()), this);

    /// <summary>Any kind as documents.</summary>
    public Resource<JsonObject> Of(GroupVersionResource resource, string kind) => With(ResourceType.Dynamic(resource, kind));

    /// <summary>A kind with reading and writing of one's own.</summary>
    public Resource<T> With<T>(ResourceType<T> type)
        where T : class => new(api, type, fieldManager);
}
