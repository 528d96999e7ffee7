// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Pelago.Client.Local;

namespace Pelago.Engine.Certificates;

/// <summary>
/// The credentials of one cluster, kept in one directory (mode 0700, files 0600) under kubeadm's file names: made at the first start,
/// loaded at the next, renewed before they expire. Safe for use from many threads.
/// </summary>
internal sealed class ClusterPki : IDisposable
{
    /// <summary>The only common name that an aggregated server accepts X-Remote headers from.</summary>
    public const string FrontProxyClientName = "front-proxy-client";

    /// <summary>The file name of the administrator's certificate.</summary>
    public const string AdminName = "admin";

    private readonly CertificateStore _files;
    private readonly TimeProvider _time;
    private readonly RenewedCertificate _server;
    private readonly RenewedCertificate _admin;
    private readonly RenewedCertificate _proxyClient;
    private readonly RenewedCertificate _nodeProxyClient;
    private readonly ConcurrentDictionary<string, RenewedCertificate> _nodes = new(StringComparer.Ordinal);

    private ClusterPki(
        CertificateStore files, TimeProvider time, X509Certificate2 authority, X509Certificate2 frontProxyAuthority, ServiceAccountKey key, ServerNames names)
    {
        _files = files;
        _time = time;
        Authority = authority;
        FrontProxyAuthority = frontProxyAuthority;
        ServiceAccountKey = key;
        _server = new RenewedCertificate(files, "apiserver", authority, names.ToSubject());
        _admin = new RenewedCertificate(files, AdminName, authority, Client("kubernetes-admin", "system:masters"));
        _nodeProxyClient = new RenewedCertificate(files, "apiserver-kubelet-client", authority, Client("kube-apiserver-kubelet-client", "system:masters"));
        _proxyClient = new RenewedCertificate(files, "front-proxy-client", frontProxyAuthority, Client(FrontProxyClientName));
    }

    /// <summary>The cluster's authority: signs the server, the nodes and every user that has a client certificate.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>Signs nothing but the client with which the API server calls aggregated servers.</summary>
    public X509Certificate2 FrontProxyAuthority { get; }

    public ServiceAccountKey ServiceAccountKey { get; }

    /// <summary>What the API server shows. Ask for every connection: it changes with a renewal.</summary>
    public X509Certificate2 Server => _server.Current;

    /// <summary>User <c>kubernetes-admin</c> of the group <c>system:masters</c>.</summary>
    public X509Certificate2 Admin => _admin.Current;

    /// <summary>With which the aggregator proves to an aggregated server that its X-Remote headers can be believed.</summary>
    public X509Certificate2 ProxyClient => _proxyClient.Current;

    /// <summary>With which the API server calls the nodes (log, exec, port-forward).</summary>
    public X509Certificate2 NodeProxyClient => _nodeProxyClient.Current;

    public string AuthorityPem => Authority.ExportCertificatePem() + "\n";

    public string FrontProxyAuthorityPem => FrontProxyAuthority.ExportCertificatePem() + "\n";

    /// <summary>
    /// Loads what is in <paramref name="directory"/> and makes what is missing. Broken files are an <see cref="InvalidDataException"/> that says what to do;
    /// a directory that cannot be written is the file system's own exception.
    /// </summary>
    public static ClusterPki LoadOrCreate(string directory, ServerNames names, TimeProvider time)
    {
        AtomicFile.CreateDirectory(directory);
        var files = new CertificateStore(directory, time);
        var pki = new ClusterPki(
            files, time, files.LoadOrCreateAuthority("ca", "pelago-ca"), files.LoadOrCreateAuthority("front-proxy-ca", "pelago-front-proxy-ca"),
            ServiceAccountKey.LoadOrCreate(Path.Combine(directory, "sa.key")), names);

        // at start, so that an unwritable directory is found now and not by the first connection
        foreach (RenewedCertificate leaf in pki.Leaves())
            _ = leaf.Current;
        return pki;
    }

    /// <summary>A new client certificate; nothing of it is kept.</summary>
    public CertificatePair IssueClient(string user, IReadOnlyList<string> groups)
    {
        using X509Certificate2 certificate = CertificateIssuer.Issue(Authority, Client(user, [.. groups]), _time.GetUtcNow());
        return CertificateStore.ToPem(certificate);
    }

    /// <summary>The certificate with which a node's agent talks to the API server: user <c>system:node:NAME</c>, group <c>system:nodes</c>.</summary>
    public X509Certificate2 NodeClient(string node) => _files.LoadOrIssue($"node-{node}", Authority, Client($"system:node:{node}", "system:nodes"));

    /// <summary>The certificate that a node's own API shows. Ask for every connection: it changes with a renewal.</summary>
    public Func<X509Certificate2> NodeServer(string node, IReadOnlyList<IPAddress> addresses)
    {
        var leaf = new RenewedCertificate(_files, $"node-{node}-server", Authority, new CertificateSubject($"system:node:{node}")
        {
            Organizations = ["system:nodes"], DnsNames = [node, "localhost"], Addresses = [.. addresses, IPAddress.Loopback], IsServer = true,
        });
        _nodes[node] = leaf;
        return () => leaf.Current;
    }

    /// <summary>Writes the administrator's kubeconfig (mode 0600, credentials inside).</summary>
    public void WriteAdminKubeconfig(string path, string cluster, Uri server) =>
        KubeconfigFile.Write(path, cluster, server, AuthorityPem, CertificateStore.ToPem(Admin));

    /// <summary>
    /// Renews what has less than <see cref="CertificateStore.RenewalMargin"/> left; the file names of what was renewed. Call it once a day,
    /// and write the kubeconfig again when <see cref="AdminName"/> is among them.
    /// </summary>
    public IReadOnlyList<string> RenewExpiring() => [.. Leaves().Where(leaf => leaf.Renew()).Select(leaf => leaf.Name)];

    public void Dispose()
    {
        Authority.Dispose();
        FrontProxyAuthority.Dispose();
        ServiceAccountKey.Dispose();
        foreach (RenewedCertificate leaf in Leaves())
            leaf.Dispose();
    }

    private static CertificateSubject Client(string user, params string[] groups) => new(user) { Organizations = groups };

    private RenewedCertificate[] Leaves() => [_server, _admin, _proxyClient, _nodeProxyClient, .. _nodes.Values];
}
