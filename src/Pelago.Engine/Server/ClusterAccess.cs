// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Pelago.Client.Local;
using Pelago.Engine.Authentication;
using Pelago.Engine.Authorization;
using Pelago.Engine.Certificates;
using Pelago.Engine.Resources;
using Pelago.Engine.Reviews;
using Pelago.Store;

namespace Pelago.Engine.Server;

/// <summary>The credentials of one cluster and all that decides by them: authentication, impersonation, RBAC, reviews, tokens.</summary>
internal sealed class ClusterAccess : IDisposable
{
    private readonly string? _temporary;
    private readonly RequestAuthenticator _authenticator;
    private readonly RbacAuthorizer _authorizer;
    private readonly Impersonation _impersonation;
    private readonly ServiceAccountTokenIssuer _issuer;

    private ClusterAccess(ClusterPki pki, string? temporary, IRevisionStore store, RbacAuthorizer authorizer, string? tokenFile, TimeProvider time)
    {
        Pki = pki;
        _temporary = temporary;
        _issuer = new ServiceAccountTokenIssuer(pki.ServiceAccountKey, time);
        List<ITokenAuthenticator> tokens = [new ServiceAccountTokens(store, pki.ServiceAccountKey, time)];
        if (tokenFile is not null)
            tokens.Add(StaticTokens.Read(tokenFile));
        _authenticator = new RequestAuthenticator(
            new FrontProxy(pki.FrontProxyAuthority, time), new ClientCertificates(pki.Authority, time), tokens);
        _authorizer = authorizer;
        _impersonation = new Impersonation(_authorizer);
        Control = new AccessControl(_authenticator.AuthenticateAsync, _impersonation.Apply, _authorizer);
    }

    public ClusterPki Pki { get; }

    public AccessControl Control { get; }

    /// <summary>Loads or makes the credentials under the state directory; of an engine in memory they live in a temporary one until it ends.</summary>
    public static ClusterAccess Open(
        EngineOptions options, IPAddress serviceAddress, IRevisionStore store, RbacAuthorizer authorizer, TimeProvider time)
    {
        string? temporary = options.StateDirectory is null ? Directory.CreateTempSubdirectory("pelago-").FullName : null;
        string directory = Path.Combine(options.StateDirectory ?? temporary!, PelagoHome.CredentialsName);
        var names = new ServerNames(serviceAddress, [options.ListenAddress.ToString(), .. options.ServerNames]);
        return new ClusterAccess(ClusterPki.LoadOrCreate(directory, names, time), temporary, store, authorizer, options.TokenFile, time);
    }

    /// <summary>Registers what answers the review kinds and token requests.</summary>
    public void AddHandlers(HandlerTable handlers, IRevisionStore store, TimeProvider time)
    {
        handlers.Add("tokenreviews.authentication.k8s.io", new TokenReviews(_authenticator));
        handlers.Add("selfsubjectreviews.authentication.k8s.io", new SelfSubjectReviews());
        handlers.Add("subjectaccessreviews.authorization.k8s.io", new AccessReviews(_authorizer, AccessReviewScope.Anyone));
        handlers.Add("localsubjectaccessreviews.authorization.k8s.io", new AccessReviews(_authorizer, AccessReviewScope.Local));
        handlers.Add("selfsubjectaccessreviews.authorization.k8s.io", new AccessReviews(_authorizer, AccessReviewScope.Self));
        handlers.Add("selfsubjectrulesreviews.authorization.k8s.io", new SelfSubjectRulesReviews(_authorizer));
        handlers.Add("serviceaccounts/token", new TokenRequests(store, _issuer, time));
    }

    /// <summary>The two documents with which others verify tokens of this cluster.</summary>
    public IReadOnlyDictionary<string, PathHandler> OpenIdPaths(Func<Uri> server) => new Dictionary<string, PathHandler>
    {
        [OpenIdDocuments.ConfigurationPath] = (http, _, cancel) =>
            WriteAsync(http, "application/json", OpenIdDocuments.Configuration(Pki.ServiceAccountKey, server()), cancel),
        [OpenIdDocuments.KeysPath] = (http, _, cancel) =>
            WriteAsync(http, OpenIdDocuments.KeysMediaType, OpenIdDocuments.Keys(Pki.ServiceAccountKey), cancel),
    };

    public X509Certificate2 ServerCertificate() => Pki.Server;

    public void Dispose()
    {
        Pki.Dispose();
        if (_temporary is not null)
            Directory.Delete(_temporary, recursive: true);
    }

    private static async ValueTask<bool> WriteAsync(HttpContext http, string contentType, byte[] document, CancellationToken cancel)
    {
        // last, because all other answers say no-cache
        http.Response.OnStarting(() =>
        {
            http.Response.Headers.CacheControl = OpenIdDocuments.CacheControl;
            return Task.CompletedTask;
        });
        await ResponseWriter.WriteTextAsync(http, 200, contentType, document, cancel);
        return true;
    }
}
