// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pelago.Client;

/// <summary>The cluster that this process is a pod of: its ServiceAccount's files, and the address that every pod is told.</summary>
public static class InClusterConnection
{
    private const string Directory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The namespace of this pod.</summary>
    /// <exception cref="KubeconfigException">This process is no pod, or one without a ServiceAccount.</exception>
    public static string Namespace => Read("namespace").Trim();

    /// <summary>How to reach the cluster. The token is read again while it is rotated.</summary>
    /// <exception cref="KubeconfigException">This process is no pod, or one without a ServiceAccount.</exception>
    public static ClusterConnection Find(TimeProvider time)
    {
        string? host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
            throw new KubeconfigException("this process is not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set", null);
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(Read("ca.crt"));
        }
        catch (CryptographicException bad)
        {
            throw new KubeconfigException($"{Directory}/ca.crt holds no PEM certificates: {bad.Message}", bad);
        }
        string address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return new ClusterConnection
        {
            Cluster = "in-cluster", Server = new Uri($"https://{address}:{port}"), Authorities = authorities, AuthoritiesSource = $"{Directory}/ca.crt",
            Token = BearerToken.FromFile(Path.Combine(Directory, "token"), time), Namespace = Namespace,
        };
    }

    private static string Read(string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Directory, name));
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            throw new KubeconfigException($"this process has no ServiceAccount: {absent.Message}. A pod has one unless its automountServiceAccountToken is false", absent);
        }
    }
}
