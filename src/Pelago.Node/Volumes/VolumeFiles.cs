// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using k8s.Models;
using Pelago.Node.Objects;
using Pelago.Node.Variables;

namespace Pelago.Node.Volumes;

/// <summary>Collects the files of configMap, secret, downwardAPI and projected volumes.</summary>
internal sealed class VolumeFiles(V1Pod pod, PodFields fields, ReferencedObjects objects, ServiceAccountTokens tokens)
{
    private const int DefaultMode = 0x1a4; // 0644
    private readonly Dictionary<string, ProjectedFile> _files = new(StringComparer.Ordinal);

    private string Namespace => pod.Metadata.NamespaceProperty;

    /// <summary>None for a volume of another type. A <see cref="VolumeException"/> or <see cref="ConfigurationException"/> says what is missing.</summary>
    public async Task<IReadOnlyDictionary<string, ProjectedFile>> CollectAsync(V1Volume volume, CancellationToken cancel)
    {
        if (volume.ConfigMap is { } map)
            await AddConfigMapAsync(map.Name, map.Items, map.Optional, map.DefaultMode ?? DefaultMode, cancel);
        else if (volume.Secret is { } secret)
            await AddSecretAsync(secret.SecretName, secret.Items, secret.Optional, secret.DefaultMode ?? DefaultMode, cancel);
        else if (volume.DownwardAPI is { } downward)
            AddDownward(downward.Items, downward.DefaultMode ?? DefaultMode);
        else if (volume.Projected is { } projected)
            await AddProjectedAsync(projected, cancel);
        return _files;
    }

    private async Task AddProjectedAsync(V1ProjectedVolumeSource projected, CancellationToken cancel)
    {
        int mode = projected.DefaultMode ?? DefaultMode;
        foreach (V1VolumeProjection source in projected.Sources ?? [])
        {
            if (source.ConfigMap is { } map)
                await AddConfigMapAsync(map.Name, map.Items, map.Optional, mode, cancel);
            if (source.Secret is { } secret)
                await AddSecretAsync(secret.Name, secret.Items, secret.Optional, mode, cancel);
            if (source.DownwardAPI is { } downward)
                AddDownward(downward.Items, mode);
            if (source.ServiceAccountToken is { } token)
                Add(token.Path, Encoding.UTF8.GetBytes(await tokens.GetAsync(pod, token, cancel)), null, mode);
        }
    }

    private async Task AddConfigMapAsync(string name, IList<V1KeyToPath>? items, bool? optional, int mode, CancellationToken cancel)
    {
        V1ConfigMap? map = await objects.ConfigMapAsync(Namespace, name, cancel);
        if (map is null && optional != true)
            throw new VolumeException($"configmap \"{name}\" not found");
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach ((string key, string value) in map?.Data ?? new Dictionary<string, string>())
            data[key] = Encoding.UTF8.GetBytes(value);
        foreach ((string key, byte[] value) in map?.BinaryData ?? new Dictionary<string, byte[]>())
            data[key] = value;
        AddItems(data, items, optional == true, mode);
    }

    private async Task AddSecretAsync(string name, IList<V1KeyToPath>? items, bool? optional, int mode, CancellationToken cancel)
    {
        V1Secret? secret = await objects.SecretAsync(Namespace, name, cancel);
        if (secret is null && optional != true)
            throw new VolumeException($"secret \"{name}\" not found");
        AddItems(secret?.Data ?? new Dictionary<string, byte[]>(), items, optional == true, mode);
    }

    private void AddItems(IDictionary<string, byte[]> data, IList<V1KeyToPath>? items, bool optional, int mode)
    {
        if (items is null || items.Count == 0)
        {
            foreach ((string key, byte[] value) in data)
                Add(key, value, null, mode);
            return;
        }
        foreach (V1KeyToPath item in items)
        {
            if (data.TryGetValue(item.Key, out byte[]? value))
                Add(item.Path, value, item.Mode, mode);
            else if (!optional)
                throw new VolumeException($"references non-existent config key: {item.Key}");
        }
    }

    private void AddDownward(IList<V1DownwardAPIVolumeFile>? items, int mode)
    {
        foreach (V1DownwardAPIVolumeFile item in items ?? [])
        {
            string? text = item.FieldRef is { } field ? fields.Field(field.FieldPath) : Resource(item.ResourceFieldRef);
            Add(item.Path, Encoding.UTF8.GetBytes(text ?? throw new VolumeException($"unsupported field of {item.Path}")), item.Mode, mode);
        }
    }

    private string? Resource(V1ResourceFieldSelector? selector)
    {
        V1Container? container = selector is null ? null : pod.Spec.Containers.FirstOrDefault(item => item.Name == selector.ContainerName);
        return container is null ? null : fields.Resource(selector!, container);
    }

    private void Add(string path, byte[] content, int? mode, int defaultMode) =>
        _files[path] = new ProjectedFile(content, (UnixFileMode)((mode ?? defaultMode) & 0x1ff));
}
