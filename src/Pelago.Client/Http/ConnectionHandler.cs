// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pelago.Client.Http;

/// <summary>Builds the sockets handler of one cluster, and keeps why its server's certificate was refused last.</summary>
internal sealed class ConnectionHandler(ClusterConnection connection, HttpKubeApiOptions options)
{
    private volatile string? _refused;

    /// <summary>Why the server's certificate was refused, if it was.</summary>
    public string? CertificateRefusal => _refused;

    public SocketsHttpHandler Create()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = connection.Server.IsLoopback ? DecompressionMethods.None : DecompressionMethods.GZip,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64,
        };
        SslClientAuthenticationOptions tls = handler.SslOptions;
        if (connection.TlsServerName is { Length: > 0 } name)
            tls.TargetHost = name;
        if (connection.ClientCertificate is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
        tls.RemoteCertificateValidationCallback = (_, server, _, errors) => connection.SkipTlsVerify || Trusted(server, errors);
        return handler;
    }

    private bool Trusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server)
        {
            _refused = "the server showed no certificate";
            return false;
        }
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            _refused = $"the server's certificate is not for {connection.TlsServerName ?? connection.Server.Host} but for {server.Subject}"
                + "; tls-server-name in the kubeconfig names another host to expect";
            return false;
        }
        if (connection.Authorities is null)
            return Note(errors == SslPolicyErrors.None, server, "not trusted");

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(connection.Authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        bool valid = chain.Build(server);
        string status = string.Join(", ", chain.ChainStatus.Select(entry => entry.Status.ToString()).Distinct());
        return Note(valid, server, status);
    }

    private bool Note(bool valid, X509Certificate2 server, string why)
    {
        _refused = valid
            ? null
            : $"the server's certificate ({server.Subject}, issued by {server.Issuer}) is not signed by an authority of {connection.AuthoritiesSource} ({why})";
        return valid;
    }
}
