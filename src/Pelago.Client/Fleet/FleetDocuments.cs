// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Client;

/// <summary>Cluster objects and their Secrets: made from contexts of kubeconfigs, and read as connections.</summary>
public static class FleetDocuments
{
    /// <summary>The Cluster object of a context.</summary>
    /// <exception cref="KubeconfigException">There is no such context, or it asks for what is not supported.</exception>
    public static (JsonObject Cluster, JsonObject Secret) Of(string name, Kubeconfig config, string? context, TimeProvider time)
    {
        config.Connect(context, time); // says what is wrong with it
        KubeconfigContext chosen = config.Contexts[context ?? config.CurrentContext];
        KubeconfigCluster from = config.Clusters[chosen.Cluster];
        KubeconfigUser user = config.Users.GetValueOrDefault(chosen.User) ?? new KubeconfigUser(chosen.User);
        var spec = new JsonObject { ["server"] = from.Server, ["credentials"] = new JsonObject { ["secretName"] = FleetApi.SecretOf(name) } };
        if (Content(from.CertificateAuthorityData, from.CertificateAuthority) is { } authority)
            spec["certificateAuthorityData"] = Convert.ToBase64String(authority);
        if (from.TlsServerName is { Length: > 0 } serverName)
            spec["tlsServerName"] = serverName;
        if (from.InsecureSkipTlsVerify)
            spec["insecureSkipTLSVerify"] = true;
        return (Cluster(name, spec), Secret(name, Credentials(user)));
    }

    public static JsonObject Cluster(string name, JsonObject spec) => new()
    {
        ["apiVersion"] = FleetApi.ApiVersion, ["kind"] = "Cluster", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec,
    };

    public static JsonObject Secret(string name, JsonObject data) => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "Secret", ["metadata"] = new JsonObject { ["name"] = FleetApi.SecretOf(name), ["namespace"] = FleetApi.Namespace },
        ["type"] = FleetApi.SecretType, ["data"] = data,
    };

    /// <summary>How to reach the cluster of an object, as whoever its Secret says.</summary>
    /// <exception cref="KubeconfigException">What in the two cannot be used.</exception>
    public static ClusterConnection Connect(KubeObject cluster, KubeObject? secret)
    {
        string where = $"Cluster \"{cluster.Name}\"";
        JsonObject spec = cluster.Spec ?? [];
        if (!Uri.TryCreate(spec.String("server"), UriKind.Absolute, out Uri? server) || (server.Scheme != Uri.UriSchemeHttps && server.Scheme != Uri.UriSchemeHttp))
            throw new KubeconfigException($"{where}: spec.server is no http(s) URL", null);
        try
        {
            JsonObject data = secret?.Json.Object("data") ?? [];
            byte[]? certificate = Data(data, "tls.crt"), key = Data(data, "tls.key"), token = Data(data, "token");
            return new ClusterConnection
            {
                Cluster = cluster.Name, Server = server, TlsServerName = spec.String("tlsServerName"), SkipTlsVerify = spec.Boolean("insecureSkipTLSVerify") == true,
                Authorities = Authorities(Data(spec, "certificateAuthorityData")), AuthoritiesSource = $"certificateAuthorityData of {where}",
                ClientCertificate = certificate is null || key is null ? null : X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate), Encoding.UTF8.GetString(key)),
                Token = token is null ? null : BearerToken.Fixed(Encoding.UTF8.GetString(token).Trim()),
            };
        }
        catch (Exception bad) when (bad is CryptographicException or FormatException or ArgumentException)
        {
            throw new KubeconfigException($"{where}: its certificates or its Secret {FleetApi.Namespace}/{FleetApi.SecretOf(cluster.Name)} cannot be used: {bad.Message}", bad);
        }
    }

    private static JsonObject Credentials(KubeconfigUser user)
    {
        var data = new JsonObject();
        if (Content(user.ClientCertificateData, user.ClientCertificate) is { } certificate && Content(user.ClientKeyData, user.ClientKey) is { } key)
            (data["tls.crt"], data["tls.key"]) = (Convert.ToBase64String(certificate), Convert.ToBase64String(key));
        byte[]? token = user.Token is { Length: > 0 } told ? Encoding.UTF8.GetBytes(told) : Content(null, user.TokenFile);
        if (token is not null)
            data["token"] = Convert.ToBase64String(token);
        return data;
    }

    private static X509Certificate2Collection? Authorities(byte[]? pem)
    {
        if (pem is null)
            return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(Encoding.UTF8.GetString(pem));
        return authorities;
    }

    private static byte[]? Data(JsonObject json, string field) => json.String(field) is { Length: > 0 } text ? Convert.FromBase64String(text) : null;

    private static byte[]? Content(byte[]? data, string? file)
    {
        try
        {
            return data ?? (file is null ? null : File.ReadAllBytes(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"cannot read {file}: {failure.Message}", failure);
        }
    }
}
