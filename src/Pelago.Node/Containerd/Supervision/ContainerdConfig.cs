// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Node.Containerd.Supervision;

/// <summary>
/// What a node's containerd is told: directories and a socket of its own, and the CNI network of this node's pods. CRI has no word for a network of
/// a sandbox's own, so a containerd serves one node (docs/adr/0007).
/// </summary>
internal sealed class ContainerdConfig(ContainerdOptions options, ContainerdTools tools)
{
    public const string PauseImage = "pelago.local/pause:1";
    private const int SysResource = 24;

    /// <summary>What Go's net/http and crypto/x509 heed.</summary>
    private static readonly string[] OfRegistries =
        ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    public string Daemon => $"""
        version = 2
        root = {Quoted(options.RootDirectory)}
        state = {Quoted(options.StateDirectory)}
        disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
        [grpc]
          address = {Quoted(options.Socket)}
        [plugins."io.containerd.internal.v1.opt"]
          path = {Quoted(Path.Combine(options.Directory, "opt"))}
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "{PauseImage}"
          restrict_oom_score_adj = {(MayLowerOomScore() ? "false" : "true")}
          stream_server_address = "127.0.0.1"
          stream_server_port = "0"
        [plugins."io.containerd.grpc.v1.cri".registry]
          config_path = "/etc/containerd/certs.d:/etc/docker/certs.d"
        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"
        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = {Quoted(tools.PluginDirectory!)}
          conf_dir = {Quoted(options.NetworkDirectory)}
          max_conf_num = 1

        """;

    /// <summary>Nothing of this process' own environment but where its registries are reached: over which proxies, and whose certificates it trusts.</summary>
    /// <param name="ours">A variable of this process.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Environment(Func<string, string?> ours) =>
    [
        new("PATH", ContainerdTools.SearchPath),
        .. OfRegistries.Select(name => new KeyValuePair<string, string>(name, ours(name) ?? "")).Where(variable => variable.Value.Length > 0),
    ];

    /// <summary>
    /// Pods are plugged into the bridge of the cluster, where its services answer too. The plugin is not told that the bridge is a gateway: it knows
    /// bridges of one node only, and this one has the addresses of all nodes. What is on the bridge is on-link (a gateway of 0.0.0.0 says so), the
    /// rest goes over the host.
    /// </summary>
    public string Network
    {
        get
        {
            var routes = new JsonArray { new JsonObject { ["dst"] = "0.0.0.0/0" } };
            if (options.ClusterNetwork.PrefixLength < options.PodNetwork.PrefixLength)
                routes.Add(new JsonObject { ["dst"] = options.ClusterNetwork.ToString(), ["gw"] = "0.0.0.0" });
            if (options.ServiceNetwork is { } services)
                routes.Add(new JsonObject { ["dst"] = services.ToString(), ["gw"] = "0.0.0.0" });
            var plugins = new JsonArray
            {
                new JsonObject
                {
                    ["type"] = "bridge", ["bridge"] = options.BridgeName, ["isGateway"] = false, ["ipMasq"] = tools.IpTables is not null,
                    ["ipam"] = new JsonObject
                    {
                        ["type"] = "host-local", ["dataDir"] = options.AddressDirectory,
                        ["ranges"] = new JsonArray { new JsonArray { new JsonObject { ["subnet"] = options.PodNetwork.ToString() } } },
                        ["routes"] = routes,
                    },
                },
            };
            if (tools.ForwardsPorts)
                plugins.Add(new JsonObject { ["type"] = "portmap", ["capabilities"] = new JsonObject { ["portMappings"] = true } });
            return new JsonObject { ["cniVersion"] = "0.4.0", ["name"] = options.BridgeName, ["plugins"] = plugins }.ToJsonString();
        }
    }

    /// <summary>Strings of TOML are written as JSON writes them.</summary>
    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>In some containers and virtual machines root may only raise the score; runc then fails to lower a pod's.</summary>
    private static bool MayLowerOomScore()
    {
        string? line = File.ReadLines("/proc/self/status").FirstOrDefault(text => text.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong granted)
            && (granted & (1UL << SysResource)) != 0;
    }
}
