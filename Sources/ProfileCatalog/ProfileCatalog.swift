public import TranscodeModel

/// The profiles that come with Reelmill, and those in files of the user's.
public enum ProfileCatalog {
    private static let shipped: [(name: String, bytes: [UInt8])] = [
        ("web", PackageResources.web_yaml), ("mp4", PackageResources.mp4_yaml),
        ("hevc", PackageResources.hevc_yaml), ("av1", PackageResources.av1_yaml),
        ("audio", PackageResources.audio_yaml), ("thumbs", PackageResources.thumbs_yaml),
    ]
    private static let extendsMaximum = 8

    public static var shippedNames: [String] { shipped.map(\.name) }

    /// The YAML of a shipped profile; nil for another name.
    public static func shippedText(_ name: String) -> String? {
        shipped.first { $0.name == name }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// A shipped profile by its name, or a file by its path (anything with a `/`, or that ends in
    /// `.yaml` or `.yml`), which `reading` reads.
    public static func load(
        _ nameOrPath: String, reading: (String) throws -> String
    ) throws(ProfileFault) -> Profile {
        let (file, text) = try text(of: nameOrPath, from: nil, reading)
        let (profile, findings) = resolve(text: text, file: file, reading: reading)
        guard let profile, findings.isEmpty else { throw ProfileFault(findings: findings) }
        return profile
    }

    /// Everything that is wrong with a profile's text; empty when it can be used.
    public static func lint(
        text: String, file: String, reading: (String) throws -> String
    ) -> [ProfileFinding] {
        resolve(text: text, file: file, reading: reading).1
    }

    private static func resolve(
        text: String, file: String, reading: (String) throws -> String
    ) -> (Profile?, [ProfileFinding]) {
        var reader = ProfileReader(file: file)
        var draft = reader.read(text)
        var findings = reader.findings
        var seen = [file]
        while let parent = draft.extends {
            do throws(ProfileFault) {
                let (parentFile, parentText) = try self.text(of: parent, from: seen.last, reading)
                guard !seen.contains(parentFile), seen.count < extendsMaximum else {
                    findings.append(
                        whole(file, "extends", "\(parent) extends this profile in turn"))
                    break
                }
                seen.append(parentFile)
                var parentReader = ProfileReader(file: parentFile)
                let base = parentReader.read(parentText)
                findings += parentReader.findings
                draft = draft.over(base)
                draft.extends = base.extends
            } catch {
                findings += error.findings
                break
            }
        }
        guard findings.isEmpty else { return (nil, findings) }
        let profile = draft.resolved()
        findings += contradictions(in: profile, file: file)
        return (findings.isEmpty ? profile : nil, findings)
    }

    /// What no single key shows.
    private static func contradictions(in profile: Profile, file: String) -> [ProfileFinding] {
        var findings: [ProfileFinding] = []
        if let video = profile.video {
            if video.segmentDurationSeconds % video.keyFrameIntervalSeconds != 0 {
                findings.append(
                    whole(
                        file, "video.segment",
                        "\(video.segmentDurationSeconds)s is not a multiple of the keyframe interval "
                            + "of \(video.keyFrameIntervalSeconds)s"))
            }
            if video.chunkDurationSeconds < video.segmentDurationSeconds {
                findings.append(
                    whole(
                        file, "video.chunk",
                        "\(video.chunkDurationSeconds)s is shorter than a segment of "
                            + "\(video.segmentDurationSeconds)s"))
            }
            if video.codec == .h264, video.bitDepth != 8 {
                findings.append(
                    whole(
                        file, "video.bit-depth",
                        "few players show h264 in \(video.bitDepth) bits; use hevc or av1, or 8"))
            }
            if video.codec != .av1, video.quality > 51 {
                findings.append(
                    whole(
                        file, "video.quality",
                        "\(video.quality) is out of range: \(video.codec.rawValue) has 0 to 51"))
            }
        }
        switch profile.packaging {
        case .cmaf where profile.video == nil && profile.audio == nil:
            findings.append(whole(file, "packaging", "cmaf needs video or audio"))
        case .progressive where profile.video == nil:
            findings.append(whole(file, "packaging", "progressive needs video"))
        case .images where profile.images == nil || profile.video != nil || profile.audio != nil:
            findings.append(
                whole(file, "packaging", "images needs images, “video: none” and “audio: none”"))
        case .images where profile.text != nil:
            findings.append(whole(file, "text", "images carries no text; write “text: none”"))
        case .cmaf, .progressive, .images: break
        }
        if profile.publish?.early == true, !profile.playsEarly {
            findings.append(
                whole(
                    file, "publish.early",
                    "only cmaf packaging with video is played early; write “publish: none”"))
        }
        return findings
    }

    private static func text(
        of nameOrPath: String, from file: String?, _ reading: (String) throws -> String
    ) throws(ProfileFault) -> (file: String, text: String) {
        if let text = shippedText(nameOrPath) { return (nameOrPath + ".yaml", text) }
        let isPath =
            nameOrPath.contains("/") || nameOrPath.hasSuffix(".yaml")
            || nameOrPath.hasSuffix(".yml")
        guard isPath else {
            throw ProfileFault(findings: [
                whole(
                    file ?? nameOrPath, file == nil ? "" : "extends",
                    "there is no profile named \(nameOrPath); there are "
                        + "\(shippedNames.joined(separator: ", ")), or give the path of a .yaml file"
                )
            ])
        }
        // A relative path in `extends` is relative to the file that says it.
        var path = nameOrPath
        if let file, !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") {
            let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
            path = file[...slash] + relative
        }
        do { return (path, try reading(path)) } catch {
            throw ProfileFault(findings: [
                whole(path, "", "the file cannot be read; check the path")
            ])
        }
    }

    private static func whole(_ file: String, _ key: String, _ message: String) -> ProfileFinding {
        ProfileFinding(file: file, line: 1, column: 1, key: key, message: message)
    }
}
