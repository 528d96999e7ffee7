// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>
/// Fills Secrets of type kubernetes.io/service-account-token that name a ServiceAccount, and deletes them with it
/// (pkg/controller/serviceaccount/tokens_controller.go). The token comes from the TokenRequest API.
/// </summary>
internal sealed class TokenSecrets : IController
{
    private const string AccountName = "kubernetes.io/service-account.name";
    private const string AccountUid = "kubernetes.io/service-account.uid";

    /// <summary>Such tokens are meant not to end; the server cuts this to what it allows.</summary>
    private const long Seconds = 10L * 365 * 24 * 3600;
    private readonly ControllerContext _context;
    private readonly Informer<V1Secret> _secrets;
    private readonly Informer<V1ServiceAccount> _accounts;
    private readonly Controller<ObjectKey> _loop;

    public TokenSecrets(ControllerContext context)
    {
        _context = context;
        _accounts = context.Of<V1ServiceAccount>();
        ResourceType<V1Secret> type = context.Client.Of<V1Secret>().Type;
        _secrets = context.Informers.Get(type.Resource, "", new ListQuery { FieldSelector = "type=kubernetes.io/service-account-token" }, type.Decode)
            .WithIndex("account", static secret => NameOf(secret) is { } name ? [$"{secret.Metadata.NamespaceProperty}/{name}"] : []);
        _loop = context.Controller("serviceaccount-token-controller", [_secrets, _accounts], ReconcileAsync);
        _secrets.AddHandler(change => _loop.Queue.Add(change.Key));
        _accounts.AddHandler(change =>
        {
            foreach (V1Secret secret in _secrets.Cache.ByIndex("account", change.Key.ToString()))
                _loop.Queue.Add(new ObjectKey(change.Key.Namespace, secret.Metadata.Name));
        });
    }

    public Task RunAsync(CancellationToken cancel) => _loop.RunAsync(cancel);

    private static string? NameOf(V1Secret secret) =>
        secret.Metadata.Annotations is { } annotations && annotations.TryGetValue(AccountName, out string? name) ? name : null;

    private async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        if (_secrets.Cache.Get(key) is not { } secret || secret.Metadata.DeletionTimestamp is not null || NameOf(secret) is not { } name)
            return ReconcileResult.Done;
        Resource<V1Secret> secrets = _context.Client.Of<V1Secret>();
        string? uid = secret.Metadata.Annotations.TryGetValue(AccountUid, out string? known) ? known : null;
        V1ServiceAccount? account = _accounts.Cache.Get(key.Namespace, name);
        if (account is null || (uid is { Length: > 0 } && uid != account.Metadata.Uid))
        {
            ApiResult<V1ServiceAccount> live = await _context.Client.Of<V1ServiceAccount>().GetAsync(key.Namespace, name, cancel);
            if (live.IsSuccess && (uid is null || uid == live.Value.Metadata.Uid))
                return ReconcileResult.Again(TimeSpan.FromSeconds(1));
            if (!live.IsSuccess && !live.IsNotFound)
                return ReconcileResult.Failed(live.Error);
            ApiStatus? error = await secrets.DeleteAsync(key.Namespace, key.Name, new DeleteQuery { Uid = secret.Metadata.Uid }, cancel);
            return error is { IsNotFound: false, IsConflict: false } ? ReconcileResult.Failed(error) : ReconcileResult.Done;
        }
        if (uid == account.Metadata.Uid && secret.Data?.ContainsKey("token") == true)
            return ReconcileResult.Done;
        return ReconcileResult.From(await FillAsync(secret, account, cancel));
    }

    private async Task<ApiStatus?> FillAsync(V1Secret secret, V1ServiceAccount account, CancellationToken cancel)
    {
        string ns = secret.Metadata.NamespaceProperty;
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject
            {
                ["expirationSeconds"] = Seconds,

                // the token ends with the secret that holds it
                ["boundObjectRef"] = new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "Secret", ["name"] = secret.Metadata.Name, ["uid"] = secret.Metadata.Uid,
                },
            },
        };
        var path = new ResourcePath(_accounts.Resource, ns, account.Metadata.Name, "token");
        ApiResult made = await _context.Api.CreateAsync(path, KubeJson.ToUtf8(request), WriteQuery.None, cancel);
        if (!made.IsSuccess)
            return made.Error;
        string token = KubeObject.Parse(made.Body).Status?.String("token") ?? "";
        V1Secret filled = ModelJson.Copy(secret);
        filled.Metadata.Annotations[AccountUid] = account.Metadata.Uid;
        filled.Data ??= new Dictionary<string, byte[]>();
        filled.Data["token"] = Encoding.UTF8.GetBytes(token);
        filled.Data["namespace"] = Encoding.UTF8.GetBytes(ns);
        if (_context.Options.RootAuthorityPem is { } pem)
            filled.Data["ca.crt"] = Encoding.UTF8.GetBytes(pem);
        return (await _context.Client.Of<V1Secret>().UpdateAsync(ns, secret.Metadata.Name, filled, cancel)).Error;
    }
}
