// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Conformance.Monitoring;

/// <summary>prometheus.yml, for a scraper that runs in a pod of the cluster as a service account.</summary>
internal static class ScrapeConfiguration
{
    private const string Global = "global: {scrape_interval: 2s, scrape_timeout: 2s}\nscrape_configs:\n";
    private const string Server = "kubernetes.default.svc:443";

    private const string Login = """
          scheme: https
          authorization: {credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token}
          tls_config: {ca_file: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt}
        """;

    /// <summary>The pages of each node, by the job that scrapes them.</summary>
    public static IReadOnlyDictionary<string, string> NodePages { get; } =
        new Dictionary<string, string> { ["nodes"] = "/metrics", ["cadvisor"] = "/metrics/cadvisor", ["resource"] = "/metrics/resource" };

    /// <summary>Everything is found by <c>kubernetes_sd_configs</c>; the roles but node look into one namespace.</summary>
    public static string Discovered(string ns) => Global + $$"""
        - job_name: apiserver
        {{Login}}
        {{Discover("endpoints", "default")}}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpoint_port_name], regex: kubernetes;https, action: keep}
          - {target_label: __address__, replacement: "{{Server}}"}
        {{string.Join('\n', NodePages.Select(page => Nodes(page.Key, page.Value)))}}
        - job_name: pods
        {{Discover("pod", ns)}}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_pod_annotation_prometheus_io_scrape], regex: "true", action: keep}
          - {source_labels: [__meta_kubernetes_pod_ip, __meta_kubernetes_pod_annotation_prometheus_io_port], regex: "(.+);(.+)", replacement: "$1:$2", target_label: __address__}
        - job_name: services
        {{Discover("service", ns)}}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_service_name], regex: shop, action: keep}
        - job_name: endpoints
        {{Discover("endpoints", ns)}}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpoint_ready], regex: shop;true, action: keep}
        - job_name: endpointslices
        {{Discover("endpointslice", ns)}}
          relabel_configs:
          - {source_labels: [__meta_kubernetes_service_name, __meta_kubernetes_endpointslice_endpoint_conditions_ready], regex: shop;true, action: keep}
        """;

    /// <summary>The API server and the nodes by name, the pods of the shop by their records in the cluster's DNS.</summary>
    public static string Named(string ns, IEnumerable<string> nodes) => Global + $$"""
        - job_name: apiserver
        {{Login}}
          static_configs: [{targets: ["{{Server}}"]}]
        {{string.Join('\n', NodePages.Select(page => Named(page.Key, page.Value, nodes)))}}
        - job_name: pods
          dns_sd_configs: [{names: ["_http._tcp.shop.{{ns}}.svc.cluster.local"], refresh_interval: 1s}]
        """;

    private static string Named(string job, string page, IEnumerable<string> nodes) =>
        $"- job_name: {job}\n{Login}\n  static_configs:\n" + string.Join('\n', nodes.Select(node => $$"""
          - targets: ["{{Server}}"]
            labels: {node: {{node}}, __metrics_path__: "/api/v1/nodes/{{node}}/proxy{{page}}"}
        """));

    private static string Discover(string role, string? ns) =>
        "  kubernetes_sd_configs:\n  - role: " + role + (ns is null ? "" : $"\n    namespaces: {{names: [{ns}]}}");

    private static string Nodes(string job, string page) => $$"""
        - job_name: {{job}}
        {{Login}}
        {{Discover("node", null)}}
          relabel_configs:
          - {target_label: __address__, replacement: "{{Server}}"}
          - {source_labels: [__meta_kubernetes_node_name], target_label: __metrics_path__, replacement: "/api/v1/nodes/$1/proxy{{page}}"}
        """;
}
