// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>Gives every active namespace its <c>default</c> ServiceAccount (pkg/controller/serviceaccount).</summary>
internal sealed class ServiceAccountController : IController
{
    private const string DefaultName = "default";
    private readonly ControllerContext _context;
    private readonly Informer<V1Namespace> _namespaces;
    private readonly Informer<V1ServiceAccount> _accounts;
    private readonly Controller<ObjectKey> _loop;

    public ServiceAccountController(ControllerContext context)
    {
        _context = context;
        _namespaces = context.Of<V1Namespace>();
        _accounts = context.Of<V1ServiceAccount>();
        _loop = context.Controller("serviceaccount-controller", [_namespaces, _accounts], ReconcileAsync);
        _namespaces.AddHandler(change => _loop.Queue.Add(change.Key));
        _accounts.AddHandler(change =>
        {
            if (change.Type == InformerEventType.Deleted && change.Key.Name == DefaultName)
                _loop.Queue.Add(new ObjectKey("", change.Key.Namespace));
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_namespaces.Cache.Get(key) is not { } ns || ns.Metadata.DeletionTimestamp is not null || _accounts.Cache.Get(key.Name, DefaultName) is not null)
            return ReconcileResult.Done;
        var account = new V1ServiceAccount { Metadata = new V1ObjectMeta { Name = DefaultName, NamespaceProperty = key.Name } };
        ApiResult<V1ServiceAccount> made = await _context.Client.Of<V1ServiceAccount>().CreateAsync(key.Name, account, cancel);
        bool settled = made.IsSuccess || made.IsAlreadyExists || made.IsNotFound || PodControl.IsNamespaceTerminating(made.Error);
        return settled ? ReconcileResult.Done : ReconcileResult.Failed(made.Error!);
    }
}
