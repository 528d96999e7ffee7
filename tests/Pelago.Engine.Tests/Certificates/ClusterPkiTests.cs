// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Pelago.Engine.Certificates;
using Xunit;

namespace Pelago.Engine.Tests.Certificates;

public sealed class ClusterPkiTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero));

    private string Folder => Path.Combine(_home.Path, "pki");

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Server_certificate_names_every_way_to_reach_the_api()
    {
        using ClusterPki pki = Load(extra: ["api.example", "192.0.2.7"]);

        X509SubjectAlternativeNameExtension names = pki.Server.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(
            ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "api.example"],
            names.EnumerateDnsNames());
        Assert.Equal(
            [IPAddress.Loopback, IPAddress.IPv6Loopback, IPAddress.Parse("10.96.0.1"), IPAddress.Parse("192.0.2.7")],
            names.EnumerateIPAddresses());
        Assert.True(Chains(pki.Server, pki.Authority));
    }

    [Fact]
    public void Second_start_loads_what_the_first_one_made()
    {
        using ClusterPki first = Load();
        using ClusterPki second = Load();

        Assert.Equal(first.Authority.Thumbprint, second.Authority.Thumbprint);
        Assert.Equal(first.FrontProxyAuthority.Thumbprint, second.FrontProxyAuthority.Thumbprint);
        Assert.Equal(first.Server.Thumbprint, second.Server.Thumbprint);
        Assert.Equal(first.Admin.Thumbprint, second.Admin.Thumbprint);
        Assert.Equal(first.ServiceAccountKey.KeyId, second.ServiceAccountKey.KeyId);
        Assert.True(second.Server.HasPrivateKey);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Files_and_directory_belong_to_the_owner_alone()
    {
        using ClusterPki pki = Load();
        pki.WriteAdminKubeconfig(Path.Combine(Folder, "kubeconfig"), "one", new Uri("https://127.0.0.1:6443/"));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        Assert.All(Directory.GetFiles(Folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Certificates_near_their_end_are_renewed_and_authorities_stay()
    {
        using ClusterPki pki = Load();
        Func<X509Certificate2> node = pki.NodeServer("node-1", []);
        string server = pki.Server.Thumbprint, authority = pki.Authority.Thumbprint, nodes = node().Thumbprint;

        Assert.Empty(pki.RenewExpiring());
        _time.Advance(CertificateIssuer.LeafLifetime - TimeSpan.FromDays(59));
        IReadOnlyList<string> renewed = pki.RenewExpiring();

        Assert.Equal(["apiserver", "admin", "front-proxy-client", "apiserver-kubelet-client", "node-node-1-server"], renewed);
        Assert.NotEqual(nodes, node().Thumbprint);
        Assert.NotEqual(server, pki.Server.Thumbprint);
        Assert.Equal(authority, pki.Authority.Thumbprint);
        using ClusterPki next = Load();
        Assert.Equal(pki.Server.Thumbprint, next.Server.Thumbprint);
    }

    [Fact]
    public void Another_service_address_makes_another_server_certificate()
    {
        using ClusterPki first = Load();
        using ClusterPki second = ClusterPki.LoadOrCreate(Folder, new ServerNames(IPAddress.Parse("10.43.0.1"), []), _time);

        Assert.NotEqual(first.Server.Thumbprint, second.Server.Thumbprint);
        Assert.Equal(first.Admin.Thumbprint, second.Admin.Thumbprint);
    }

    [Fact]
    public void Broken_leaf_is_made_again_and_a_broken_authority_is_an_error_that_names_the_file()
    {
        Load().Dispose();
        File.WriteAllText(Path.Combine(Folder, "admin.crt"), "nonsense");
        using ClusterPki healed = Load();
        Assert.True(Chains(healed.Admin, healed.Authority));

        File.WriteAllText(Path.Combine(Folder, "ca.crt"), "nonsense");
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => Load());
        Assert.Contains(Path.Combine(Folder, "ca.crt"), fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Node_certificates_carry_the_node_name_and_group()
    {
        using ClusterPki pki = Load();

        CertificateUser user = CertificateUser.Read(pki.NodeClient("node-1").SubjectName);
        Assert.Equal("system:node:node-1", user.CommonName);
        Assert.Equal(["system:nodes"], user.Organizations);
        Assert.Equal(pki.NodeClient("node-1").Thumbprint, pki.NodeClient("node-1").Thumbprint);
        Assert.True(Chains(pki.NodeServer("node-1", [IPAddress.Parse("10.0.0.5")])(), pki.Authority));
    }

    [Fact]
    public void Issued_client_chains_to_the_authority_and_not_to_the_front_proxy_one()
    {
        using ClusterPki pki = Load();

        CertificatePair pair = pki.IssueClient("jane", ["dev", "ops"]);

        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pair.CertificatePem, pair.PrivateKeyPem);
        CertificateUser user = CertificateUser.Read(certificate.SubjectName);
        Assert.Equal("jane", user.CommonName);
        Assert.Equal(["dev", "ops"], user.Organizations.Order());
        Assert.True(Chains(certificate, pki.Authority));
        Assert.False(Chains(certificate, pki.FrontProxyAuthority));
    }

    [Fact]
    public void Kubeconfig_embeds_the_credentials()
    {
        using ClusterPki pki = Load();
        string path = Path.Combine(_home.Path, "kubeconfig");

        pki.WriteAdminKubeconfig(path, "edge", new Uri("https://127.0.0.1:6443/"));

        string text = File.ReadAllText(path);
        Assert.Contains("server: https://127.0.0.1:6443\n", text, StringComparison.Ordinal);
        Assert.Contains("current-context: \"edge\"\n", text, StringComparison.Ordinal);
        string data = text.Split("certificate-authority-data: ")[1].Split('\n')[0];
        Assert.Equal(pki.AuthorityPem, System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(data)));
    }

    [Fact]
    public void Key_of_the_tokens_may_be_an_rsa_key_of_somebody_else()
    {
        Directory.CreateDirectory(Folder);
        using (var rsa = System.Security.Cryptography.RSA.Create(2048))
            File.WriteAllText(Path.Combine(Folder, "sa.key"), rsa.ExportRSAPrivateKeyPem());

        using ClusterPki pki = Load();

        Assert.Equal("RS256", pki.ServiceAccountKey.Algorithm);
        Assert.Equal("RSA", pki.ServiceAccountKey.ToJsonWebKey().Kty);
    }

    [Fact]
    public void A_certificate_that_nobody_asked_for_is_not_made_at_the_end()
    {
        ClusterPki pki = Load();
        string[] before = Directory.GetFiles(Folder);

        pki.Dispose();

        Assert.Equal(before.Order(), Directory.GetFiles(Folder).Order());
    }

    private ClusterPki Load(IReadOnlyList<string>? extra = null) =>
        ClusterPki.LoadOrCreate(Folder, new ServerNames(IPAddress.Parse("10.96.0.1"), extra ?? []), _time);

    private bool Chains(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate);
    }
}
