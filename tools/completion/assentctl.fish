# Completion of assentctl for fish: assentctl itself knows what may follow, names of objects included.
function __assentctl_complete
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -l last (commandline --current-token --cut-at-cursor)
    for candidate in ($words[1] complete $words[2..-1] (string unescape -- "$last"; or echo -n) 2>/dev/null)
        switch $candidate
            case '<file>'
                __fish_complete_path $last
            case '<*>'
            case '*'
                echo $candidate
        end
    end
end
complete --command assentctl --no-files --arguments '(__assentctl_complete)'
