// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pelago.Client;

/// <summary>Turns entries of a kubeconfig into a connection; data beats files, as in client-go.</summary>
internal static class ConnectionBuilding
{
    public static ClusterConnection Build(KubeconfigContext context, KubeconfigCluster cluster, KubeconfigUser user, TimeProvider time)
    {
        string where = $"kubeconfig context \"{context.Name}\"";
        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out Uri? server) || (server.Scheme != Uri.UriSchemeHttps && server.Scheme != Uri.UriSchemeHttp))
            throw new KubeconfigException($"{where}: the server of cluster \"{cluster.Name}\" is not an http(s) URL: \"{cluster.Server}\"", null);
        if (cluster.ProxyUrl is { Length: > 0 })
            throw new KubeconfigException($"{where}: proxy-url is not supported; use a direct address", null);
        if (user.Unsupported is { } kind)
            throw new KubeconfigException($"{where}: user \"{user.Name}\" authenticates by {kind}, which is not supported; use a client certificate or a token", null);
        return new ClusterConnection
        {
            Cluster = context.Name,
            Server = server,
            Namespace = context.Namespace,
            Authorities = Authorities(cluster, where),
            AuthoritiesSource = cluster.CertificateAuthorityData is not null
                ? $"certificate-authority-data of cluster \"{cluster.Name}\""
                : cluster.CertificateAuthority ?? "the machine's certificate store",
            SkipTlsVerify = cluster.InsecureSkipTlsVerify,
            TlsServerName = cluster.TlsServerName,
            ClientCertificate = ClientCertificate(user, where),
            Token = Token(user, time),
        };
    }

    private static BearerToken? Token(KubeconfigUser user, TimeProvider time)
    {
        if (user.TokenFile is { } file)
            return BearerToken.FromFile(file, time);
        return string.IsNullOrEmpty(user.Token) ? null : BearerToken.Fixed(user.Token);
    }

    private static X509Certificate2Collection? Authorities(KubeconfigCluster cluster, string where)
    {
        if (Pem(cluster.CertificateAuthorityData, cluster.CertificateAuthority, where, "certificate-authority") is not { } pem)
            return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException bad)
        {
            throw new KubeconfigException($"{where}: certificate-authority holds no PEM certificates: {bad.Message}", bad);
        }
        return authorities;
    }

    private static X509Certificate2? ClientCertificate(KubeconfigUser user, string where)
    {
        string? certificate = Pem(user.ClientCertificateData, user.ClientCertificate, where, "client-certificate");
        if (certificate is null)
            return null;
        string key = Pem(user.ClientKeyData, user.ClientKey, where, "client-key")
            ?? throw new KubeconfigException($"{where}: user \"{user.Name}\" has a client-certificate and no client-key", null);
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception bad) when (bad is CryptographicException or ArgumentException)
        {
            throw new KubeconfigException($"{where}: client-certificate and client-key of user \"{user.Name}\" cannot be used: {bad.Message}", bad);
        }
    }

    private static string? Pem(byte[]? data, string? file, string where, string field)
    {
        if (data is not null)
            return Encoding.UTF8.GetString(data);
        if (file is null)
            return null;
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"{where}: cannot read {field} {file}: {failure.Message}", failure);
        }
    }
}
