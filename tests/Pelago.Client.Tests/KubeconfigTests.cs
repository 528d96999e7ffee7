// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Xunit;

namespace Pelago.Client.Tests;

public sealed class KubeconfigTests : IDisposable
{
    private const string One = """
        apiVersion: v1
        kind: Config
        current-context: one
        contexts:
        - name: one
          context: {cluster: c1, user: u1, namespace: team}
        clusters:
        - name: c1
          cluster:
            server: https://127.0.0.1:6443
            insecure-skip-tls-verify: true
        users:
        - name: u1
          user: {token: abc}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kubeconfig").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Context_resolves_to_its_cluster_and_user()
    {
        Kubeconfig config = Kubeconfig.Load(Written("a", One));

        ClusterConnection connection = config.Connect(null, TimeProvider.System);

        Assert.Equal(("one", "team", true), (connection.Cluster, connection.Namespace, connection.SkipTlsVerify));
        Assert.Equal("abc", await connection.Token!.CurrentAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void First_file_to_name_a_thing_wins()
    {
        string second = Written("b", One.Replace("current-context: one", "current-context: two", StringComparison.Ordinal)
            .Replace("6443", "7777", StringComparison.Ordinal) + "\n- name: u2\n  user: {token: x}\n");

        Kubeconfig config = Kubeconfig.Load([Written("a", One), Path.Combine(_folder, "absent"), second], mustExist: false);

        Assert.Equal("one", config.CurrentContext);
        Assert.Equal("https://127.0.0.1:6443", config.Clusters["c1"].Server);
        Assert.Contains("u2", config.Users.Keys);
    }

    [Fact]
    public void Paths_are_relative_to_the_file_that_names_them()
    {
        string path = Written("a", One.Replace("insecure-skip-tls-verify: true", "certificate-authority: pki/ca.crt", StringComparison.Ordinal));

        Assert.Equal(Path.Combine(_folder, "pki/ca.crt"), Kubeconfig.Load(path).Clusters["c1"].CertificateAuthority);
    }

    [Theory]
    [InlineData("token: abc", "exec: {command: aws}", "authenticates by exec, which is not supported")]
    [InlineData("server: https://127.0.0.1:6443", "server: nowhere", "is not an http(s) URL: \"nowhere\"")]
    [InlineData("insecure-skip-tls-verify: true", "proxy-url: http://p", "proxy-url is not supported")]
    [InlineData("insecure-skip-tls-verify: true", "certificate-authority: no.crt", "cannot read certificate-authority")]
    [InlineData("current-context: one", "current-context: gone", "context \"gone\" does not exist; known contexts: one")]
    [InlineData("cluster: c1,", "cluster: c9,", "names cluster \"c9\", which does not exist; known clusters: c1")]
    public void What_cannot_be_used_says_why(string good, string bad, string message)
    {
        Kubeconfig config = Kubeconfig.Load(Written("a", One.Replace(good, bad, StringComparison.Ordinal)));

        var failure = Assert.Throws<KubeconfigException>(() => config.Connect(null, TimeProvider.System));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [", "is not a kubeconfig: line")]
    [InlineData("- a", "it does not start with a mapping")]
    [InlineData("clusters:\n- name: x\n  cluster: {certificate-authority-data: '!'}", "certificate-authority-data is not base64")]
    public void Broken_file_says_where(string text, string message) =>
        Assert.Contains(message, Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(Written("a", text))).Message, StringComparison.Ordinal);

    [Fact]
    public void Explicit_file_must_exist() =>
        Assert.Contains("cannot read kubeconfig", Assert.Throws<KubeconfigException>(() => Kubeconfig.Load(Path.Combine(_folder, "no"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Token_file_is_read_again_after_a_minute()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        string file = Written("token", "first\n");
        BearerToken token = BearerToken.FromFile(file, time);

        string first = await token.CurrentAsync(cancel);
        Written("token", "second\n");
        string cached = await token.CurrentAsync(cancel);
        time.Advance(TimeSpan.FromSeconds(61));
        string second = await token.CurrentAsync(cancel);
        File.Delete(file);
        time.Advance(TimeSpan.FromSeconds(61));
        string kept = await token.CurrentAsync(cancel);

        Assert.Equal(("first", "first", "second", "second"), (first, cached, second, kept));
    }

    private string Written(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
