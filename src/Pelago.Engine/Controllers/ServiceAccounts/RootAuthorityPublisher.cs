// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Keeps the ConfigMap <c>kube-root-ca.crt</c> in every active namespace (pkg/controller/certificates/rootcacertpublisher).</summary>
internal sealed class RootAuthorityPublisher : IController
{
    private const string MapName = "kube-root-ca.crt";
    private const string Description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. "
        + "No other usage is guaranteed across distributions of Kubernetes clusters.";

    private readonly ControllerContext _context;
    private readonly string _pem;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Informer<V1ConfigMap> _maps;
    private readonly Controller<ObjectKey> _loop;

    public RootAuthorityPublisher(ControllerContext context, string pem)
    {
        _context = context;
        _pem = pem;
        _namespaces = context.Of<V1Namespace>();
        ResourceType<V1ConfigMap> type = context.Client.Of<V1ConfigMap>().Type;
        // Only the maps of that name: others may be many and large.
        _maps = context.Informers.Get(type.Resource, "", new ListQuery { FieldSelector = $"metadata.name={MapName}" }, type.Decode);
        _loop = context.Controller("root-ca-certificate-publisher", [_namespaces, _maps], ReconcileAsync);
        _namespaces.AddHandler(change => _loop.Queue.Add(change.Key));
        _maps.AddHandler(change => _loop.Queue.Add(new ObjectKey("", change.Key.Namespace)));
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Cache.Get(key) is not { } ns || ns.Metadata.DeletionTimestamp is not null)
            return ReconcileResult.Done;
        Resource<V1ConfigMap> maps = _context.Client.Of<V1ConfigMap>();
        V1ConfigMap? present = _maps.Cache.Get(key.Name, MapName);
        if (present?.Data is { Count: 1 } data && data.TryGetValue("ca.crt", out string? pem) && pem == _pem)
            return ReconcileResult.Done;
        V1ConfigMap wanted = present is null ? new V1ConfigMap { Metadata = new V1ObjectMeta { Name = MapName, NamespaceProperty = key.Name } } : ModelJson.Copy(present);
        wanted.Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["ca.crt"] = _pem };
        wanted.Metadata.Annotations ??= new Dictionary<string, string>();
        wanted.Metadata.Annotations["kubernetes.io/description"] = Description;
        ApiResult<V1ConfigMap> written = present is null ? await maps.CreateAsync(key.Name, wanted, cancel) : await maps.UpdateAsync(key.Name, MapName, wanted, cancel);
        bool settled = written.IsSuccess || written.IsAlreadyExists || written.IsNotFound || PodControl.IsNamespaceTerminating(written.Error);
        return settled ? ReconcileResult.Done : ReconcileResult.Failed(written.Error!);
    }
}
